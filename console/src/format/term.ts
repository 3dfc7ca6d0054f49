/** Steps of CBV 2.0 (section 7.1) as something that has been done. */
const stepNames: Readonly<Record<string, string>> = {
  accepting: 'Accepted',
  arriving: 'Arrived',
  commissioning: 'Created',
  creating_class_instance: 'Created',
  decommissioning: 'Decommissioned',
  departing: 'Departed',
  destroying: 'Destroyed',
  holding: 'Put on hold',
  inspecting: 'Inspected',
  installing: 'Tracker fitted',
  loading: 'Loaded',
  packing: 'Packed',
  picking: 'Picked',
  receiving: 'Received',
  removing: 'Tracker removed',
  repackaging: 'Repacked',
  retail_selling: 'Sold',
  shipping: 'Shipped',
  stocking: 'Stocked',
  storing: 'Stored',
  unloading: 'Unloaded',
  unpacking: 'Unpacked',
  void_shipping: 'Shipment cancelled',
  'urn:hopline:bizstep:cooling': 'Cooled',
};

const flagNames: Readonly<Record<string, string>> = {
  'declared-origin': 'Origin by declaration',
  'event-id-conflict': 'Same event id, other content',
  'error-declaration': 'Declares an earlier event wrong',
  'void-shipping': 'Shipment cancelled',
  'receiver-outside': 'Receiver outside the network',
  'received-short': 'Less received than sent',
  'received-over': 'More received than sent',
  'returned-to-sender': 'Returned to the sender',
  'yield-unknown': 'Yield unknown',
  'already-associated': 'Was associated already',
  'not-associated': 'Was not associated',
};

const kindNames: Readonly<Record<string, string>> = {
  field: 'Field',
  packhouse: 'Packhouse',
  warehouse: 'Micro-warehouse',
  store: 'Store',
  other: 'Place',
};

/** A business step in human words; a step that is somebody's own URI stays as it is. */
export function stepName(step: string | null): string {
  if (step === null) return 'Observed';
  return stepNames[step] ?? inWords(step);
}

export function flagName(flag: string): string {
  return flagNames[flag] ?? inWords(flag);
}

/** A disposition of CBV 2.0 (section 7.2) in human words. */
export function dispositionName(disposition: string): string {
  return inWords(disposition);
}

export function placeKindName(kind: string | null): string {
  return kind === null ? 'Place' : (kindNames[kind] ?? inWords(kind));
}

/** Name of an organisation where only its MSP id is known: `GrowersMSP` is shown as `Growers`. */
export function organisationName(mspId: string): string {
  return mspId.replace(/MSP$/, '') || mspId;
}

/** The part of a device's URN (RFC 9039) that tells it from its siblings: product and serial, without `urn:dev:ops:32473-`. */
export function deviceName(urn: string): string {
  return urn.replace(/^urn:dev:(?:ops|os|org):\d+-/, '').replace(/^urn:dev:/, '');
}

/** Beginning and end of a long identifier, enough to compare by eye. */
export function shortId(id: string): string {
  const plain = id.replace(/^ni:\/\/\/sha-256;/, '').replace(/\?.*$/, '');
  return plain.length <= 14 ? plain : `${plain.slice(0, 8)}…${plain.slice(-4)}`;
}

function inWords(term: string): string {
  if (term.includes(':')) return term;
  const words = term.replaceAll(/[_-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
