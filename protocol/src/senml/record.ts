import type { SenmlUnit } from './units.ts';

/** What a record measured. Data values (`vd`) are kept as bytes. */
export type SenmlValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'data'; readonly value: Uint8Array }
  | { readonly kind: 'sum' };

/** A resolved record (RFC 8428 §4.6): no base fields left, `timeMs` absolute Unix time in milliseconds. */
export interface SenmlRecord {
  readonly name: string;
  readonly unit: SenmlUnit | null;
  readonly value: SenmlValue;
  readonly sum: number | null;
  readonly timeMs: number;
}

/** A pack as it came: labels of RFC 8428 table 1 as their JSON names, whichever of the two forms it had. */
export type RawPack = readonly Readonly<Record<string, unknown>>[];
