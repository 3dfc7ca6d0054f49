-- What traces walk on: movements once more, but narrow and by number, so that all that a trace reads of a thing lies side by
-- side in one index. Numbers follow from the ledger alone: a thing's is its place in the order of first mention, an
-- event's is made of block, transaction and position (`projection/ledger-sequence.ts`), a place's is its GLN.
alter table items add column number bigint;
create unique index items_by_number on items (number);
create index items_by_product on items (gtin, first_ms) where lot is not null;

create table flows (
  subject bigint not null,
  -- The event, in the order of the ledger.
  seq bigint not null,
  time_ms bigint not null,
  from_id bigint not null,
  to_id bigint not null,
  step int not null,
  -- Codes of `projection/flow-ends.ts`.
  from_at smallint not null,
  to_at smallint not null,
  -- Named receiver of what is sent.
  way bigint,
  -- Null for a unit.
  amount text,
  uom text
);
create unique index flows_by_subject on flows (subject, seq, step)
  include (time_ms, from_at, from_id, to_at, to_id, way, amount, uom);
create index flows_into_transformations on flows (to_id) include (subject) where to_at = 4;
create index flows_out_of_transformations on flows (from_id) include (subject) where from_at = 4;

-- Transformations that have a name of their own; the others are named by their event.
create table named_transformations (
  id text primary key,
  number bigint not null
);

-- What somebody should know of an event when it touches a trace: flags, conflicts, error declarations, missing data.
create table remarks (
  subject bigint not null,
  seq bigint not null,
  remark text not null,
  primary key (subject, seq, remark)
);

-- The proof of a step: found by the event's number without the event's whole row.
drop index events_by_block;
create index events_by_block on events (block, tx_position, position) include (event, transaction_id);

-- Stays by how long they lasted (binary digits of the milliseconds): whatever overlaps a span of time at a place is then found in
-- a few dozen short ranges, however much came and went before.
alter table presences add column span smallint
  generated always as (length(ltrim((to_ms - from_ms)::bit(64)::text, '0'))) stored;
drop index presences_by_where;
create index presences_by_where on presences (where_id, at, span, from_ms);

truncate checkpoint, blocks, transactions, state, statements, excursions, conditions, missing_summaries, events, event_items,
  items, movements, presences, associations, sequence_ranges, reading_overlaps;
insert into checkpoint (height, block_time_ms, registry_height) values (0, 0, 0);
