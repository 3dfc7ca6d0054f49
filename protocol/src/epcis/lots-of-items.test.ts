import { expect, test } from 'vitest';
import { normalise, parseDocument } from './index.ts';

const context = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld';
const at = { eventTime: '2026-04-20T05:00:00Z', eventTimeZoneOffset: '+00:00' };
const item = (serial: string) => `https://id.gs1.org/01/09506000134352/21/${serial}`;
const lot = (number: string) => `https://id.gs1.org/01/09506000134352/10/${number}`;

/** The lots that an event's normalised form tells. */
function lotsOf(event: object): unknown {
  const epcisBody = { eventList: [{ ...at, ...event }] };
  const document = { '@context': [context], type: 'EPCISDocument', schemaVersion: '2.0', epcisBody };
  const [parsed] = parseDocument(new TextEncoder().encode(JSON.stringify(document))).events;
  return parsed && normalise(parsed.event).lots;
}

test('a link that names a lot and a serial number says of which lot the item is', () => {
  const link = 'https://example.com/01/09506000134352/10/L-1/21/7';
  expect(lotsOf({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [link, item('8')] })).toEqual({
    [item('7')]: lot('L-1'),
  });
  expect(lotsOf({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [item('8')] })).toBeUndefined();
});

test('so does the lot number of the master data with which items come into being, and what is no lot number says nothing', () => {
  const epcList = ['urn:epc:id:sgtin:9506000.013435.7', 'https://id.gs1.org/01/09506000134352/10/M/21/8'];
  const born = (ilmd: object) => ({ type: 'ObjectEvent', action: 'ADD', epcList, ilmd });
  expect(lotsOf(born({ 'cbvmda:lotNumber': 'L-1' }))).toEqual({ [item('7')]: lot('L-1'), [item('8')]: lot('M') });
  expect(lotsOf(born({ 'cbvmda:lotNumber': 'a lot number that is far too long for one' }))).toEqual({
    [item('8')]: lot('M'),
  });
  const made = { type: 'TransformationEvent', inputEPCList: [item('1')], outputEPCList: [item('2')] };
  expect(lotsOf({ ...made, ilmd: { 'cbvmda:lotNumber': 'N' } })).toEqual({ [item('2')]: lot('N') });
});
