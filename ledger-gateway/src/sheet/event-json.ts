import type { JsonObject } from '@hopline/protocol/epcis';
import { escapeSegment, toDigitalLink } from '@hopline/protocol/gs1';
import type { Line, LotAmount } from './read-lines.ts';
import type { StepName } from './steps.ts';

/** Business transaction types of the documents that go with each step (CBV 2.0, section 7.3). */
const documentTypes: Readonly<Record<StepName, string>> = {
  harvest: 'prodorder',
  cool: 'prodorder',
  pack: 'prodorder',
  palletise: 'prodorder',
  ship: 'desadv',
  receive: 'recadv',
};

/** CBV has no step for cooling, and `other` would say nothing: an own term, as CBV 2.0, section 7.1, allows. */
const cooling = 'urn:hopline:bizstep:cooling';

/** Lines of one event as EPCIS 2.0 JSON. All of them share what belongs to the event; `lines` is not empty. */
export function eventJson(step: StepName, lines: readonly [Line, ...Line[]]): JsonObject {
  const [first] = lines;
  switch (step) {
    case 'harvest':
      return {
        ...common('ObjectEvent', step, 'commissioning', 'active', first),
        action: 'ADD',
        ...things(lines),
        ...ilmd(first),
      };
    case 'cool':
      return {
        ...common('ObjectEvent', step, cooling, 'in_progress', first),
        action: 'OBSERVE',
        ...things(lines),
        ...measured(first),
      };
    case 'pack':
      return {
        ...common('TransformationEvent', step, 'commissioning', 'active', first),
        inputQuantityList: amounts(lines.map(({ goods }) => goods)),
        outputQuantityList: amounts(lines.map(({ output }) => output)),
        ...ilmd(first),
      };
    case 'palletise':
      return {
        ...common('AggregationEvent', step, 'packing', 'in_progress', first),
        action: 'ADD',
        parentID: unitLink(first.sscc ?? ''),
        childQuantityList: amounts(lines.map(({ goods }) => goods)),
      };
    case 'ship':
      return {
        ...common('ObjectEvent', step, 'shipping', 'in_transit', first),
        action: 'OBSERVE',
        ...things(lines),
        ...journey(first.place, first.partner),
      };
    case 'receive':
      return {
        ...common('ObjectEvent', step, 'receiving', 'in_progress', first),
        action: 'OBSERVE',
        ...things(lines),
        ...journey(first.partner, first.place),
      };
  }
}

function common(type: string, step: StepName, bizStep: string, disposition: string, line: Line): JsonObject {
  const { moment, place, document } = line;
  const at = { id: placeLink(place) };
  return {
    type,
    eventTime: moment.eventTime,
    eventTimeZoneOffset: moment.eventTimeZoneOffset,
    bizStep,
    disposition,
    readPoint: at,
    bizLocation: at,
    ...(document === null
      ? {}
      : {
          bizTransactionList: [
            // CBV 2.0, section 8.5.2: a document is named below the GLN of who issued it.
            { type: documentTypes[step], bizTransaction: `urn:epcglobal:cbv:bt:${place}:${escapeSegment(document)}` },
          ],
        }),
  };
}

/** Whole units by their number, and lots by their amount. */
function things(lines: readonly Line[]): JsonObject {
  const units = [...new Set(lines.flatMap(({ sscc }) => sscc ?? []))].map(unitLink);
  const lots = amounts(lines.map(({ goods }) => goods));
  return { ...(units.length > 0 ? { epcList: units } : {}), ...(lots.length > 0 ? { quantityList: lots } : {}) };
}

function amounts(goods: ReadonlyArray<LotAmount | null>): JsonObject[] {
  return goods
    .filter((some) => some !== null)
    .map(({ gtin, lot, quantity, unit }) => ({
      epcClass: toDigitalLink({ kind: 'lgtin', gtin, lot }),
      quantity,
      ...(unit === '' ? {} : { uom: unit }),
    }));
}

function journey(from: string | null, to: string | null): JsonObject {
  return {
    ...(from === null ? {} : { sourceList: [{ type: 'location', source: placeLink(from) }] }),
    ...(to === null ? {} : { destinationList: [{ type: 'location', destination: placeLink(to) }] }),
  };
}

function measured({ temperature }: Line): JsonObject {
  if (temperature === null) return {};
  const report = { type: 'Temperature', value: temperature.value, uom: temperature.unit };
  return { sensorElementList: [{ sensorReport: [report] }] };
}

function ilmd({ bestBefore }: Line): JsonObject {
  if (bestBefore === null) return {};
  return { ilmd: { 'cbvmda:bestBeforeDate': bestBefore }, '@context': { cbvmda: 'urn:epcglobal:cbv:mda:' } };
}

function placeLink(gln: string): string {
  return toDigitalLink({ kind: 'gln', gln });
}

function unitLink(sscc: string): string {
  return toDigitalLink({ kind: 'sscc', sscc });
}
