import type { IdPattern } from './id-pattern.ts';

/** Columns of `epcis_events` that queries compare. */
export type TermColumn =
  | 'type'
  | 'action'
  | 'biz_step'
  | 'disposition'
  | 'read_point'
  | 'biz_location'
  | 'error_reason';
export type TimeColumn = 'time_ms' | 'recorded_ms' | 'declared_ms';
export type PlaceColumn = 'read_point' | 'biz_location';
export type Comparison = '<' | '<=' | '>' | '>=';

/** One condition of a query. All conditions of a query hold together; the alternatives of one are alternatives. */
export type Predicate =
  | { readonly kind: 'term'; readonly column: TermColumn; readonly values: readonly string[] }
  | { readonly kind: 'time'; readonly column: TimeColumn; readonly op: Comparison; readonly ms: number }
  | { readonly kind: 'declared' }
  /** At one of the places, or at a place inside one of them. */
  | { readonly kind: 'within'; readonly column: PlaceColumn; readonly places: readonly string[] }
  | { readonly kind: 'match'; readonly fields: readonly string[]; readonly patterns: readonly IdPattern[] }
  /** One of a field's values is one of these, as a text, number or time. */
  | {
      readonly kind: 'value';
      readonly field: string;
      readonly texts: readonly string[];
      readonly numbers: readonly number[];
      readonly times: readonly number[];
    }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly by: 'number' | 'time_ms';
      readonly op: Comparison;
      readonly to: number;
    }
  | { readonly kind: 'exists'; readonly field: string }
  /** Master data of a place: that it has one of the attributes, or that the attribute has one of the values. */
  | { readonly kind: 'has-attribute'; readonly column: PlaceColumn; readonly names: readonly string[] }
  | {
      readonly kind: 'attribute';
      readonly column: PlaceColumn;
      readonly name: string;
      readonly values: readonly string[];
    };

/** The order of a result. `field` is a field of `epcis_values`. */
export type Order =
  | { readonly by: 'commit' }
  | { readonly by: 'eventTime' | 'recordTime'; readonly direction: 'asc' | 'desc' }
  | { readonly by: 'field'; readonly field: string; readonly direction: 'asc' | 'desc' };

/** A query of the EPCIS query language, read. */
export interface EventQuery {
  readonly predicates: readonly Predicate[];
  readonly order: Order;
  /** No more events than these are wanted. */
  readonly eventCountLimit: number | null;
  /** More events than these are an error. */
  readonly maxEventCount: number | null;
}
