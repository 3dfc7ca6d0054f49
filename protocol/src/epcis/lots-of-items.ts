import { ProtocolError } from '../error.ts';
import { canonicalLink, type GS1Identifier, lotNumber, parseIdentifier } from '../gs1/index.ts';
import type { EpcisEvent } from './event-schema.ts';
import type { NormalisedCommon } from './normalised-event.ts';

/** The lot number of CBV's instance and lot master data, with its usual prefix and in full. */
const ilmdLotNames = ['cbvmda:lotNumber', 'urn:epcglobal:cbv:mda:lotNumber'];

/** Which lots the single items of an event are of, as far as it says so; what it says of an item itself goes first. */
export function lotsOfItems(event: EpcisEvent): Pick<NormalisedCommon, 'lots'> {
  const described = describedLot(event);
  const born = new Set(bornIn(event));
  const lots: Record<string, string> = {};
  for (const text of idsIn(event)) {
    const id = read(() => parseIdentifier(text));
    if (id?.kind !== 'sgtin') continue;
    const lot = id.lot ?? (born.has(text) ? described : null);
    if (lot !== null) lots[canonicalLink(id)] = canonicalLink({ kind: 'lgtin', gtin: id.gtin, lot });
  }
  return Object.keys(lots).length === 0 ? {} : { lots };
}

function idsIn(event: EpcisEvent): readonly string[] {
  switch (event.type) {
    case 'TransformationEvent':
      return [...(event.inputEPCList ?? []), ...(event.outputEPCList ?? [])];
    case 'AggregationEvent':
    case 'AssociationEvent':
      return event.childEPCs ?? [];
    case 'ObjectEvent':
    case 'TransactionEvent':
      return event.epcList ?? [];
  }
}

/** Items that the ILMD speaks of: those that the event brings into being. */
function bornIn(event: EpcisEvent): readonly string[] {
  if (event.type === 'TransformationEvent') return event.outputEPCList ?? [];
  return event.type === 'ObjectEvent' ? (event.epcList ?? []) : [];
}

function describedLot(event: EpcisEvent): string | null {
  if (event.type !== 'ObjectEvent' && event.type !== 'TransformationEvent') return null;
  for (const name of ilmdLotNames) {
    const value = event.ilmd?.[name];
    // What is no lot number is somebody's own remark: ILMD is free, and no reason to refuse the event.
    if (typeof value === 'string') return read(() => lotNumber(value));
  }
  return null;
}

function read<T extends GS1Identifier | string>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
