import { expect, test } from 'vitest';
import { GatewayError } from '../../gateway-error.ts';
import { openCaptureDocument } from './capture-document.ts';
import { captureGroup, type Submit } from './capture-group.ts';
import { nextGroup } from './group-events.ts';

const event = (name: string) => ({
  type: 'ObjectEvent',
  eventID: `urn:example:${name}`,
  eventTime: '2026-05-05T06:00:00Z',
  eventTimeZoneOffset: '+00:00',
  action: 'OBSERVE',
  epcList: [`urn:example:thing:${name}`],
});
const opened = (names: readonly string[]) =>
  openCaptureDocument(Buffer.from(JSON.stringify(names.map((name) => event(name)))));

/** A ledger that refuses transactions with certain events, and may say which event it means. */
function ledger(bad: ReadonlySet<string>, says: boolean) {
  const captured: string[] = [];
  let attempts = 0;
  const submit: Submit = async (document) => {
    attempts++;
    const names = (document as { eventID: string }[]).map(({ eventID }) => eventID.slice('urn:example:'.length));
    const at = names.findIndex((name) => bad.has(name));
    if (at >= 0) throw new GatewayError('not-held', 'not held', says ? { pointer: `/${at}`, item: names[at] } : {});
    captured.push(...names);
    return names.map((name) => ({ event: name, declaration: null, eventId: name, outcome: 'observed', flags: [] }));
  };
  return { captured, submit, attempts: () => attempts };
}

const names = Array.from({ length: 12 }, (_, at) => `e${at}`);
const bad = new Set(['e0', 'e5', 'e6', 'e11']);

test.each([
  ['names the event', true, bad.size + 1],
  ['does not', false, Number.POSITIVE_INFINITY],
])('the refused events are found when the ledger %s, and the others captured in order', async (_, says, most) => {
  const document = opened(names);
  const { captured, submit, attempts } = ledger(bad, says);
  const { errors } = await captureGroup(document, document.events, submit);
  expect(errors.map(({ pointer, eventID, code }) => [pointer, eventID, code])).toEqual(
    [...bad].map((name) => [`/${name.slice(1)}`, `urn:example:${name}`, 'not-held']),
  );
  expect(captured).toEqual(names.filter((name) => !bad.has(name)));
  expect(attempts()).toBeLessThanOrEqual(most);
});

test.each(['ledger-unavailable', 'ledger-failed', 'key-revoked'] as const)(
  '%s is not blamed on an event',
  async (code) => {
    const document = opened(names);
    const submit: Submit = async () => {
      throw new GatewayError(code, 'no');
    };
    await expect(captureGroup(document, document.events, submit)).rejects.toMatchObject({ code });
  },
);

test('master data in the header is taken out before anything is signed', () => {
  const events = [event('a')];
  const header = { epcisVersion: '2.0', epcisMasterData: { vocabularyList: [{ contact: 'somebody' }] } };
  const sent = { type: 'EPCISDocument', schemaVersion: '2.0', epcisHeader: header, epcisBody: { eventList: events } };
  const document = openCaptureDocument(Buffer.from(JSON.stringify(sent)));
  expect(document.masterData).toBe('/epcisHeader/epcisMasterData');
  expect(document.json).toEqual({ ...sent, epcisHeader: { epcisVersion: '2.0' } });
  expect(document.events[0]?.raw).toEqual(events[0]);
});

test('groups follow one another and leave nothing out', () => {
  const { events } = opened(Array.from({ length: 120 }, (_, at) => `g${at}`));
  const groups: number[] = [];
  for (let from = 0; from < events.length; from += groups.at(-1) ?? 0) groups.push(nextGroup(events, from).length);
  expect(groups).toEqual([50, 50, 20]);
  const large = events.map((one) => ({ ...one, bytes: 200_000 }));
  expect(nextGroup(large, 3)).toEqual([large[3]]);
});
