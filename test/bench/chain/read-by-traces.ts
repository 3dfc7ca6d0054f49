/** Tables that traces read; the others are for other questions. */
export const readByTraces: ReadonlySet<string> = new Set([
  'blocks',
  'transactions',
  'events',
  'items',
  'flows',
  'remarks',
  'presences',
  'state',
]);

/** Keys and indexes of these tables that traces use. */
const usedByTraces: readonly string[] = [
  'items_pkey',
  'items_by_number',
  'items_by_product',
  'flows_by_subject',
  'flows_into_transformations',
  'flows_out_of_transformations',
  'remarks_pkey',
  'presences_by_subject',
  'presences_by_where',
  'events_by_block',
  'transactions_by_place',
  'state_pkey',
];

/** Whether a statement of `dropIndexes` makes a key or index that traces use. */
export function isForTraces(statement: string): boolean {
  return usedByTraces.some((name) => statement.includes(` ${name} `));
}
