import type { IndexedEvent } from '../epcis/index/index-event.ts';
import type { WorkItemChange } from './fold-work-items.ts';
import type { RowOf } from './rows.ts';

/** A write to the mirrored part of the world state; `record` null deletes. */
export interface StateChange extends RowOf<'state'> {
  readonly kind: string;
  readonly key: string;
}

/** An association event's effect: what it joined or parted, in the order of the events. */
export interface AssociationChange {
  readonly action: 'join' | 'part';
  readonly parent: string;
  /** Empty with `part`: from everything. */
  readonly children: readonly string[];
  readonly event: string;
  readonly timeMs: number;
}

/** A movement with what the folds need besides the row: amounts are exact decimals. */
export type MovementRow = RowOf<'movements'> & {
  readonly subject: string;
  readonly event: string;
  readonly time_ms: number;
  readonly position: number;
  readonly from_id: string | null;
  readonly to_id: string | null;
  /** The event's number in the order of the ledger. */
  readonly seq: number;
};

/** All that one block changes, as rows. Rows of statements and events are the first of their kind or passed over. */
export interface BlockChanges {
  readonly block: RowOf<'blocks'> & { readonly number: number; readonly time_ms: number };
  readonly transactions: readonly RowOf<'transactions'>[];
  readonly state: readonly StateChange[];
  readonly registryChanged: boolean;
  readonly statements: readonly RowOf<'statements'>[];
  readonly excursions: readonly RowOf<'excursions'>[];
  readonly events: readonly RowOf<'events'>[];
  readonly eventItems: readonly RowOf<'event_items'>[];
  readonly items: readonly RowOf<'items'>[];
  readonly movements: readonly MovementRow[];
  readonly associations: readonly AssociationChange[];
  readonly workItems: readonly WorkItemChange[];
  /** The events once more, as EPCIS queries find them. */
  readonly indexed: readonly IndexedEvent[];
}
