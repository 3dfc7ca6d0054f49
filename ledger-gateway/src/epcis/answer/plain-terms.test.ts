import type { JsonObject } from '@hopline/protocol/epcis';
import { expect, test } from 'vitest';
import { plainTerms } from './plain-terms.ts';

test('terms that are written as URNs become bare, all else stays', () => {
  const rest = {
    type: 'ObjectEvent',
    readPoint: { id: 'urn:epc:id:sgln:9521321.00001.0' },
    ilmd: { 'ex:disposition': 'urn:epcglobal:cbv:disp:active' },
    'ex:bizStep': 'urn:epcglobal:cbv:bizstep:shipping',
  };
  const bizTransaction = 'urn:epcglobal:cbv:bt:9521321000009:PO-77';
  const event: JsonObject = {
    ...rest,
    bizStep: 'urn:epcglobal:cbv:bizstep:shipping',
    disposition: 'https://ref.gs1.org/cbv/Disp-active',
    persistentDisposition: { set: ['urn:epcglobal:cbv:disp:conformant', 'ex:fresh'], unset: ['recalled'] },
    bizTransactionList: [{ type: 'urn:epcglobal:cbv:btt:po', bizTransaction }, { bizTransaction }],
    sourceList: [{ type: 'urn:epcglobal:cbv:sdt:location', source: 'urn:epc:id:sgln:9521321.00001.0' }],
    errorDeclaration: { declarationTime: '2026-05-02T00:00:00Z', reason: 'urn:epcglobal:cbv:er:did_not_occur' },
  };
  expect(plainTerms(event)).toEqual({
    ...event,
    bizStep: 'shipping',
    persistentDisposition: { set: ['conformant', 'ex:fresh'], unset: ['recalled'] },
    bizTransactionList: [{ type: 'po', bizTransaction }, { bizTransaction }],
    sourceList: [{ type: 'location', source: 'urn:epc:id:sgln:9521321.00001.0' }],
    errorDeclaration: { declarationTime: '2026-05-02T00:00:00Z', reason: 'did_not_occur' },
  });
  expect(Object.keys(plainTerms(event))).toEqual(Object.keys(event));
});
