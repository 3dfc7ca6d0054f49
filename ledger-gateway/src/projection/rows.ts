import type { SqlType } from '../store/insert-rows.ts';

/** End of an interval that is still open: the last millisecond of the year 9999. */
export const openEndMs = 253_402_300_799_999;

/** Columns of the derived tables, as the fold gives their rows. Bytes are `\x…` texts in hexadecimal. */
export const columns = {
  blocks: { number: 'bigint', time_ms: 'bigint', transactions: 'int', valid: 'int' },
  transactions: {
    block: 'bigint',
    position: 'int',
    id: 'text',
    name: 'text',
    msp_id: 'text',
    time_ms: 'bigint',
    code: 'int',
  },
  state: {
    kind: 'text',
    key: 'text',
    attributes: 'text[]',
    record: 'jsonb',
    block: 'bigint',
    transaction_id: 'text',
  },
  statements: {
    node: 'text',
    sequence: 'bigint',
    digest: 'text',
    bytes: 'bytea',
    size: 'int',
    root: 'text',
    registry_version: 'bigint',
    from_ms: 'bigint',
    to_ms: 'bigint',
    sealed_ms: 'bigint',
    summary_digest: 'text',
    excursions: 'int',
    msp_id: 'text',
    transaction_id: 'text',
    block: 'bigint',
  },
  excursions: {
    node: 'text',
    sequence: 'bigint',
    position: 'int',
    device: 'text',
    stream: 'text',
    rule: 'text',
    from_ms: 'bigint',
    to_ms: 'bigint',
    peak: 'bigint',
  },
  conditions: {
    node: 'text',
    sequence: 'bigint',
    device: 'text',
    stream: 'text',
    unit: 'text',
    assurance: 'text',
    start_ms: 'bigint',
    count: 'bigint',
    min: 'bigint',
    max: 'bigint',
    mean: 'bigint',
  },
  sequence_ranges: {
    node: 'text',
    sequence: 'bigint',
    device: 'text',
    epoch: 'bigint',
    first: 'bigint',
    last: 'bigint',
  },
  reading_overlaps: {
    device: 'text',
    epoch: 'bigint',
    node: 'text',
    other_node: 'text',
    first: 'bigint',
    last: 'bigint',
    sequence: 'bigint',
    other_sequence: 'bigint',
  },
  missing_summaries: { node: 'text', sequence: 'bigint', digest: 'text', msp_id: 'text' },
  events: {
    event: 'text',
    declaration: 'text',
    event_id: 'text',
    type: 'text',
    action: 'text',
    biz_step: 'text',
    disposition: 'text',
    time_ms: 'bigint',
    place: 'text',
    msp_id: 'text',
    signer: 'text',
    outcome: 'text',
    flags: 'jsonb',
    document: 'jsonb',
    recorded_ms: 'bigint',
    block: 'bigint',
    tx_position: 'int',
    position: 'int',
    transaction_id: 'text',
  },
  event_items: {
    event: 'text',
    declaration: 'text',
    role: 'text',
    position: 'int',
    item: 'text',
    amount: 'text',
    uom: 'text',
  },
  items: {
    item: 'text',
    kind: 'text',
    gtin: 'text',
    lot: 'text',
    serial: 'text',
    sscc: 'text',
    first_event: 'text',
    first_ms: 'bigint',
  },
  movements: {
    event: 'text',
    position: 'int',
    subject: 'text',
    is_unit: 'boolean',
    amount: 'text',
    uom: 'text',
    origin: 'text',
    from_at: 'text',
    from_id: 'text',
    to_at: 'text',
    to_id: 'text',
    transit_from: 'text',
    transit_to: 'text',
    time_ms: 'bigint',
  },
  presences: {
    id: 'bigint',
    subject: 'text',
    is_unit: 'boolean',
    at: 'text',
    where_id: 'text',
    transit_from: 'text',
    transit_to: 'text',
    from_ms: 'bigint',
    to_ms: 'bigint',
    entered: 'text',
    remaining: 'text',
    uom: 'text',
    from_event: 'text',
    to_event: 'text',
    left_ms: 'bigint',
    left_event: 'text',
  },
  associations: {
    parent: 'text',
    child: 'text',
    from_ms: 'bigint',
    to_ms: 'bigint',
    from_event: 'text',
    to_event: 'text',
  },
  epcis_events: {
    seq: 'bigint',
    event: 'text',
    declaration: 'text',
    source: 'text',
    type: 'text',
    action: 'text',
    biz_step: 'text',
    disposition: 'text',
    read_point: 'text',
    biz_location: 'text',
    time_ms: 'bigint',
    recorded_ms: 'bigint',
    declared_ms: 'bigint',
    error_reason: 'text',
  },
  epcis_values: { seq: 'bigint', field: 'text', value: 'text', number: 'double precision', time_ms: 'bigint' },
} as const satisfies Record<string, Record<string, SqlType>>;

export type DerivedTable = keyof typeof columns;

type Value<T extends SqlType> = T extends 'bigint' | 'int' | 'double precision'
  ? number
  : T extends 'boolean'
    ? boolean
    : T extends 'jsonb'
      ? unknown
      : T extends 'text[]'
        ? readonly string[]
        : string;

/** A row of a derived table. Which columns can be null is the migration's to say. */
export type RowOf<T extends DerivedTable> = {
  readonly [C in keyof (typeof columns)[T]]: (typeof columns)[T][C] extends SqlType
    ? Value<(typeof columns)[T][C]> | null
    : never;
};
