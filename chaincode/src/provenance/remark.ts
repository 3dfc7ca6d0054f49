import type { Remark } from '@hopline/protocol';
import type { Quantity } from '@hopline/protocol/epcis';
import type { Scene } from './scene.ts';

type Parts = Partial<Pick<Remark, 'bookedMs' | 'statedMs' | 'ref'>> & {
  readonly booked?: Quantity | null;
  readonly stated?: Quantity | null;
};

/** What there is to say about a flag: both numbers, what the books held and what the event states. */
export function remark(flag: Remark['flag'], subject: string, parts: Parts = {}): Remark {
  const { booked = null, stated = null, bookedMs = null, statedMs = null, ref = null } = parts;
  return { flag, subject, booked: plain(booked), stated: plain(stated), bookedMs, statedMs, ref };
}

/** Remarks on an event that is dated before what it builds on, at `bookedMs`; none where the times agree. */
export function timeOrder(subject: string, bookedMs: number | undefined, ref: string, { event }: Scene): Remark[] {
  const { eventTimeMs: statedMs } = event;
  if (bookedMs === undefined || statedMs >= bookedMs) return [];
  return [remark('time-order', subject, { bookedMs, statedMs, ref })];
}

function plain(quantity: Quantity | null): Quantity | null {
  return quantity && { amount: quantity.amount, uom: quantity.uom };
}
