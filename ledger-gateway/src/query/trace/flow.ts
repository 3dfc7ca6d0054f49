import { flowEnds } from '../../projection/flow-ends.ts';
import { FieldReader } from './field-reader.ts';

/** One movement of goods or of a unit, by numbers (`projection/fold-flows.ts`). */
export interface Flow {
  readonly subject: number;
  /** The event, in the order of the ledger. */
  readonly seq: number;
  readonly step: number;
  /** The event's own time. */
  readonly timeMs: number;
  readonly fromAt: number;
  readonly fromId: number;
  readonly toAt: number;
  readonly toId: number;
  /** GLN of the named receiver, of what is sent; 0 otherwise. */
  readonly way: number;
  /** `null` for a unit. */
  readonly amount: string | null;
  readonly uom: string | null;
  /** Digest of the event; `null` where it is named otherwise (`projection/event-digest.ts`). */
  readonly digest: string | null;
}

/** Ends at which things are for a while, and can be mixed with others of the same lot. */
export function isPool(at: number): boolean {
  return at <= flowEnds.transit || isBookkeeping(at);
}

/**
 * Ends that goods pass through on paper only: an early receipt that a shipment is matched with later, and the difference between
 * what was sent and what was received in other units of measure. A walk goes through them; nothing ever is there.
 */
export function isBookkeeping(at: number): boolean {
  return at === flowEnds.early || at === flowEnds.difference;
}

/** SQL of a flow as one line of text: a row a flow would cost a trace more than the walk itself. */
export const flowLine = `concat_ws(' ', f.subject, f.seq, f.step, f.time_ms, f.from_at, f.from_id, f.to_at, f.to_id,
  coalesce(f.way, 0), coalesce(f.amount, '-'), coalesce(f.uom, '-'), coalesce(encode(f.event, 'hex'), '-'))`;

/** Flows out of lines of `flowLine`. */
export function parseFlows(text: string): Flow[] {
  const fields = new FieldReader(text);
  const flows: Flow[] = [];
  while (!fields.isEnd) {
    flows.push({
      subject: fields.number(),
      seq: fields.number(),
      step: fields.number(),
      timeMs: fields.number(),
      fromAt: fields.number(),
      fromId: fields.number(),
      toAt: fields.number(),
      toId: fields.number(),
      way: fields.number(),
      amount: unlessNone(fields.word()),
      uom: unlessNone(fields.word()),
      digest: unlessNone(fields.word()),
    });
  }
  return flows;
}

function unlessNone(word: string): string | null {
  return word === '-' ? null : word;
}
