import { expect, test } from 'vitest';
import { eventHash, expandName, type Json, prefixesOf } from './index.ts';

const ns = 'https://ns.example.com/epcis/';
const epcis = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld';
const prefix = (id: string): Json => ({ '@id': id, '@prefix': true });

test.each<[string, Json, string]>([
  ['a prefix', { ex: ns }, `${ns}brix`],
  ['a prefix among others', [epcis, { other: 'https://other.example/' }, { ex: ns }], `${ns}brix`],
  ['a prefix as a term of its own', [epcis, { ex: prefix(ns) }], `${ns}brix`],
  ['a prefix made of another', [{ base: 'https://ns.example.com/' }, { ex: prefix('base:epcis/') }], `${ns}brix`],
  ['the later of two', [{ ex: 'https://old.example/' }, { ex: prefix(ns) }], `${ns}brix`],
  ['a term that is no prefix (JSON-LD 1.1, section 4.1.5)', { ex: { '@id': ns } }, 'ex:brix'],
  ['a prefix that is taken back', [{ ex: ns }, { ex: null }], 'ex:brix'],
  ['a context that is taken back', [{ ex: ns }, null], 'ex:brix'],
  ['prefixes behind one that is taken back', [{ old: ns }, null, { ex: ns }], `${ns}brix`],
  ['no prefix at all', epcis, 'ex:brix'],
  ['nothing', null, 'ex:brix'],
])('%s', (_, context, name) => {
  expect(expandName('ex:brix', prefixesOf(context))).toBe(name);
});

test('an event means, and hashes to, the same however its prefixes are declared', async () => {
  const event = {
    type: 'ObjectEvent',
    eventTime: '2026-05-04T06:30:00Z',
    eventTimeZoneOffset: '+00:00',
    action: 'OBSERVE',
    epcList: ['urn:epc:id:sgtin:9521321.012345.7'],
    'ex:brix': 11.5,
  };
  const plain = await eventHash({ ...event, '@context': [epcis, { ex: ns }] });
  const other = { ...event, 'other:brix': event['ex:brix'], '@context': [epcis, { other: prefix(ns) }] };
  const { 'ex:brix': _brix, ...renamed } = other;
  expect(await eventHash({ ...event, '@context': [epcis, { ex: prefix(ns) }] })).toBe(plain);
  expect(await eventHash(renamed)).toBe(plain);
  expect(await eventHash({ ...event, '@context': [epcis] })).not.toBe(plain);
});
