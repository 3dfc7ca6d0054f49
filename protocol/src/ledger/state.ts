import type { z } from 'zod';
import * as recall from '../recall/state-recall.ts';
import { formatStateKey, noAttribute, parseStateKey } from './state-key.ts';
import * as provenance from './state-provenance.ts';
import * as readings from './state-readings.ts';
import * as registry from './state-registry.ts';

/**
 * Every kind of record that the chaincode keeps in the world state: the first part of its composite key, and the schema
 * of its value (JSON in UTF-8). The attributes of each key are in the schema's own description.
 */
export const stateSchemas = {
  organisation: registry.organisationRecordSchema,
  policy: registry.policyRecordSchema,
  site: registry.siteRecordSchema,
  product: registry.productRecordSchema,
  'edge-node': registry.edgeNodeRecordSchema,
  device: registry.deviceRecordSchema,
  signer: registry.signerRecordSchema,
  key: registry.keyRecordSchema,
  revocation: registry.revocationRecordSchema,
  'enrolment-code': registry.enrolmentCodeRecordSchema,
  statement: readings.statementRecordSchema,
  head: readings.headRecordSchema,
  event: provenance.eventRecordSchema,
  'event-id': provenance.eventIdRecordSchema,
  item: provenance.itemRecordSchema,
  holding: provenance.holdingRecordSchema,
  unit: provenance.unitRecordSchema,
  containment: provenance.containmentRecordSchema,
  transit: provenance.transitRecordSchema,
  discrepancy: provenance.discrepancyRecordSchema,
  early: provenance.earlyRecordSchema,
  shortfall: provenance.shortfallRecordSchema,
  transformation: provenance.transformationRecordSchema,
  association: provenance.associationRecordSchema,
  recall: recall.recallRecordSchema,
  'recall-scope': recall.recallScopeRecordSchema,
  'recall-step': recall.recallStepRecordSchema,
  hold: recall.holdRecordSchema,
  acknowledgement: recall.acknowledgementRecordSchema,
  finding: recall.findingRecordSchema,
} as const;

export type StateKind = keyof typeof stateSchemas;
export type StateRecord<K extends StateKind> = z.infer<(typeof stateSchemas)[K]>;

/** The attributes of each kind's composite key, in order. */
export type StateAttributes = {
  organisation: [mspId: string];
  policy: [mspId: string];
  site: [gln: string];
  product: [gtin: string];
  'edge-node': [node: string];
  device: [device: string];
  signer: [signer: string];
  key: [kid: string];
  revocation: [kid: string];
  'enrolment-code': [codeDigest: string];
  /** `sequence` as `formatSequence` pads it. */
  statement: [node: string, sequence: string];
  head: [node: string];
  /** `declaration`: digest of the error declaration, or `noAttribute`. */
  event: [hash: string, declaration: string];
  'event-id': [mspId: string, eventId: string];
  item: [item: string];
  holding: [item: string, place: string];
  unit: [unit: string];
  containment: [item: string, unit: string];
  transit: [to: string, item: string, shipment: string];
  discrepancy: [shipment: string, item: string];
  /** `to` is `noAttribute` for a unit. */
  early: [to: string, item: string, receipt: string];
  shortfall: [where: string, item: string, event: string];
  transformation: [id: string];
  association: [parent: string, child: string];
  recall: [recallId: string];
  'recall-scope': [recallId: string, item: string];
  'recall-step': [recallId: string, transactionId: string];
  hold: [item: string, recallId: string];
  acknowledgement: [recallId: string, mspId: string];
  finding: [recallId: string, place: string, item: string];
};

/** The key under which a record stands. */
export function stateKey<K extends StateKind>(kind: K, ...attributes: StateAttributes[K]): string {
  return formatStateKey({ kind, attributes });
}

/** The key of an event. */
export function eventKey({ event, declaration }: provenance.EventRef): string {
  return stateKey('event', event, declaration ?? noAttribute);
}

/** One write of a block, read: the record as it is from then on, or `null` where it was deleted. */
export type StateWrite = {
  [K in StateKind]: {
    readonly kind: K;
    readonly attributes: StateAttributes[K];
    readonly record: StateRecord<K> | null;
  };
}[StateKind];

/**
 * Reads one write of a transaction's write set. `value` is the JSON text, `null` for a deletion.
 *
 * @returns `null` for a key that is not one of ours
 * @throws ZodError (or SyntaxError) where the value is not of its kind's form: a version this reader does not know
 */
export function parseStateWrite(key: string, value: string | null): StateWrite | null {
  const parsed = parseStateKey(key);
  if (!parsed || !isStateKind(parsed.kind)) return null;
  const record = value === null ? null : stateSchemas[parsed.kind].parse(JSON.parse(value));
  // The schema was looked up by the kind, which TypeScript does not follow through a union.
  return { kind: parsed.kind, attributes: parsed.attributes, record } as unknown as StateWrite;
}

export function isStateKind(kind: string): kind is StateKind {
  return Object.hasOwn(stateSchemas, kind);
}

/** The value of a record as it is stored: JSON with its members in the schema's order, so that all endorsers agree. */
export function encodeState<K extends StateKind>(kind: K, record: StateRecord<K>): string {
  return JSON.stringify(stateSchemas[kind].parse(record));
}
