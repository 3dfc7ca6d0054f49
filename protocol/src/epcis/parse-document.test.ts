import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../vectors/epcis-event-hash.json' with { type: 'json' };
import { testSeed } from '../conformance/test-seed.ts';
import {
  canonicalId,
  defaultEpcisLimits,
  eventHash,
  normalise,
  openDocument,
  parseDocument,
  parseEvent,
} from './index.ts';

fc.configureGlobal({ seed: testSeed() });

const event = {
  type: 'ObjectEvent',
  eventTime: '2026-05-04T06:30:00+02:00',
  eventTimeZoneOffset: '+02:00',
  action: 'OBSERVE',
  epcList: ['urn:epc:id:sgtin:9521321.012345.7'],
};
const document = (events: readonly unknown[]) => ({
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld', { ex: 'https://ns.example.com/' }],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  epcisBody: { eventList: events },
});
const refusal = (code: string, pointer?: string) =>
  expect.objectContaining({
    code,
    ...(pointer === undefined ? {} : { details: expect.objectContaining({ pointer }) }),
  });

const fsmaFolder = new URL('../../../data/fsma204/', import.meta.url);
const fsmaFiles = readdirSync(fsmaFolder).filter((name) => name.endsWith('.jsonld'));

test('the critical tracking events of FSMA 204 are read, and hash as in the reference implementation', async () => {
  expect(vectors.files.map(({ file }) => file)).toEqual(fsmaFiles.sort());
  let count = 0;
  for (const { file, hashes } of vectors.files) {
    const { events } = parseDocument(readFileSync(new URL(file, fsmaFolder)));
    expect(await Promise.all(events.map(({ source }) => eventHash(source)))).toEqual(hashes);
    for (const parsed of events)
      expect(normalise(parsed.event).readPoint).toMatch(/^https:\/\/id\.gs1\.org\/414\/\d{13}$/);
    count += events.length;
  }
  expect(count).toBe(17);
});

test('a document, a query result, a list and a single event say the same', () => {
  const forms = [
    document([event]),
    { ...document([]), epcisBody: { event } },
    {
      type: 'EPCISQueryDocument',
      schemaVersion: '2.0',
      epcisBody: { queryResults: { resultsBody: { eventList: [event] } } },
    },
    [event],
    event,
    JSON.stringify(document([event])),
    new TextEncoder().encode(JSON.stringify([event])),
  ].map((input) => parseDocument(input));
  expect(forms.map(({ form }) => form)).toEqual([
    'EPCISDocument',
    'EPCISDocument',
    'EPCISQueryDocument',
    'event-list',
    'event',
    'EPCISDocument',
    'event-list',
  ]);
  const normalised = forms.map(({ events }) => events.map((parsed) => normalise(parsed.event)));
  for (const one of normalised) expect(one).toEqual(normalised[0]);
});

test.each([
  ['urn:epc:id:gdti:9521321.00001.PO7', 'https://id.gs1.org/253/9521321000018PO7'],
  ['urn:epc:id:gsrn:9521321.0000000001', 'https://id.gs1.org/8018/952132100000000014'],
  ['urn:epc:id:ginc:9521321.TRIP-7', 'https://id.gs1.org/401/9521321TRIP-7'],
  ['urn:epc:id:itip:9521321.012345.01.02.S1', 'https://id.gs1.org/8006/095213211234580102/21/S1'],
])('%s names the same as its link', (urn, link) => {
  expect(canonicalId(urn)).toBe(link);
  expect(canonicalId(link)).toBe(link);
});

test('an event taken out of its document keeps the meaning of its names', async () => {
  const { sources } = openDocument(document([{ ...event, 'ex:note': 'a' }]));
  const [first] = sources;
  expect(first?.pointer).toBe('/epcisBody/eventList/0');
  const again = openDocument(JSON.stringify(first?.source)).sources[0];
  expect(again?.source).toEqual(first?.source);
  expect(await eventHash(again?.source ?? {})).toBe(await eventHash(first?.source ?? {}));
  expect(await eventHash({ ...event, 'ex:note': 'a' })).not.toBe(await eventHash(first?.source ?? {}));
});

test('events are checked one by one where a fault may not stop the others', () => {
  const { sources } = openDocument(document([event, { ...event, bizStep: 'shiping' }, event]));
  const outcomes = sources.map((source) => {
    try {
      return parseEvent(source).type;
    } catch (error) {
      return error;
    }
  });
  expect(outcomes).toEqual(['ObjectEvent', refusal('epcis-term', '/epcisBody/eventList/1/bizStep'), 'ObjectEvent']);
});

test('a refusal lists the faults of the event, up to a limit', () => {
  const epcList = Array.from({ length: 50 }, (_, i) => `${i}`);
  expect(() => parseDocument([{ ...event, bizStep: 'x', epcList }])).toThrow(
    expect.objectContaining({
      code: 'epcis-term',
      details: expect.objectContaining({ problems: expect.objectContaining({ length: 20 }) }),
    }),
  );
});

test('structural faults are said in plain words', () => {
  const faults: ReadonlyArray<[change: object, message: string]> = [
    [{ eventTime: undefined }, 'This field is missing (at /0/eventTime)'],
    [{ eventTime: 5 }, 'A text is needed here (at /0/eventTime)'],
    [{ epcList: 'urn:a:1' }, 'A list is needed here (at /0/epcList)'],
    [{ readPoint: 'urn:a:1' }, 'An object is needed here (at /0/readPoint)'],
    [{ action: 'MOVE' }, 'Needed here: ADD, OBSERVE or DELETE (at /0/action)'],
    [
      { type: 'Event' },
      'Needed here: ObjectEvent, AggregationEvent, AssociationEvent, TransactionEvent or TransformationEvent (at /0/type)',
    ],
    [{ certificationInfo: 5 }, 'No form that this field may have (at /0/certificationInfo)'],
    [
      { sensorElementList: [{ sensorReport: [] }] },
      'Entries needed here: at least 1 (at /0/sensorElementList/0/sensorReport)',
    ],
    [{ epcList: Array(10_001).fill('urn:a:1') }, 'Entries allowed here: at most 10000 (at /0/epcList)'],
    [
      { quantityList: [{ epcClass: 'urn:a:1', quantity: 1, uom: 'kg' }] },
      'A unit of measure is a UN/CEFACT Rec. 20 code such as KGM (at /0/quantityList/0/uom)',
    ],
  ];
  for (const [change, message] of faults) {
    const text = JSON.stringify([{ ...event, ...change }]);
    expect(() => parseDocument(text)).toThrow(expect.objectContaining({ message }));
  }
});

test('bytes that mean two things are refused with the place, and a byte order mark means nothing', () => {
  const text = JSON.stringify(document([event]));
  expect(parseDocument(new TextEncoder().encode(`\ufeff${text}`)).events).toHaveLength(1);
  const twice = text.replace('"action"', '"action":"ADD","action"');
  expect(() => parseDocument(twice)).toThrow(refusal('epcis-malformed', '/epcisBody/eventList/0/action'));
  const prototype = JSON.parse(text.replace('"action"', '"__proto__":{"action":"ADD"},"action"'));
  expect(() => parseDocument(prototype)).toThrow(refusal('epcis-malformed', '/epcisBody/eventList/0/__proto__'));
  expect(() => parseDocument('[{"a":1,]')).toThrow(
    expect.objectContaining({ details: { pointer: '', detail: expect.stringContaining('column 9') } }),
  );
});

test('each limit has its refusal', () => {
  const limits = { ...defaultEpcisLimits, maxDocumentBytes: 1000, maxEventsPerDocument: 2, maxListEntriesPerEvent: 2 };
  const many = Array.from({ length: 3 }, (_, i) => `urn:epc:id:sgtin:9521321.012345.${i}`);
  expect(() => parseDocument('x'.repeat(1001), limits)).toThrow(refusal('too-large'));
  expect(() => parseDocument(`["${'é'.repeat(600)}"]`, limits)).toThrow(refusal('too-large'));
  expect(() => parseDocument(new Uint8Array(1001), limits)).toThrow(refusal('too-large'));
  expect(() => parseDocument([event, event, event], limits)).toThrow(refusal('epcis-limit', ''));
  expect(() => parseDocument([{ ...event, epcList: many }], limits)).toThrow(refusal('epcis-limit', '/0/epcList'));
  expect(() => parseDocument([{ ...event, eventID: `urn:x:${'y'.repeat(5000)}` }])).toThrow(
    refusal('epcis-limit', '/0/eventID'),
  );
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(() => parseDocument(deep)).toThrow(refusal('epcis-limit'));
  expect(() => parseDocument([{ ...event, 'ex:deep': deep }])).toThrow(refusal('epcis-limit'));
  expect(() => parseDocument('[1e999]')).toThrow(refusal('epcis-malformed', '/0'));
});

test('any JSON at all is read or refused by type', () => {
  const value = fc.oneof(
    fc.json().map((text) => JSON.parse(text)),
    fc.anything(),
  );
  const changed = fc.tuple(
    fc.constantFrom(...Object.keys(event), 'readPoint', 'ex:a', 'ilmd', 'sensorElementList'),
    value,
  );
  fc.assert(
    fc.property(changed, ([field, to]) => {
      try {
        const { events } = parseDocument([{ ...event, [field]: to }]);
        for (const parsed of events) normalise(parsed.event);
      } catch (error) {
        expect(error).toHaveProperty('name', 'ProtocolError');
      }
    }),
    { numRuns: 500 },
  );
});
