import type { WorkItem } from '../api/worklist.ts';
import { formatQuantity } from '../format/number.ts';
import { formatTime, type TimeStyle } from '../format/time.ts';

/** What the books and the event say of a work item, side by side: each with its name. */
export function numbersOf(
  item: WorkItem,
  style: TimeStyle = {},
): ReadonlyArray<readonly [name: string, value: string]> {
  const { booked, stated, bookedMs, statedMs, outstanding, kind } = item;
  const isHandOver = kind === 'received-short' || kind === 'received-over';
  const names =
    kind === 'overdue-shipment' ? ['Sent', ''] : isHandOver ? ['Sent', 'Received'] : ['By the books', 'By the event'];
  const [before = '', after = ''] = names;
  return [
    ...(booked ? [[before, formatQuantity(booked, style.locale)] as const] : []),
    ...(stated ? [[after, formatQuantity(stated, style.locale)] as const] : []),
    ...(outstanding ? [['Still on the way', formatQuantity(outstanding, style.locale)] as const] : []),
    ...(bookedMs === null ? [] : [[before, formatTime(bookedMs, style)] as const]),
    ...(statedMs === null ? [] : [[after, formatTime(statedMs, style)] as const]),
  ];
}
