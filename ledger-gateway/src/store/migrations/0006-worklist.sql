-- Derived: what about the events somebody should look at, one row for each reason and thing. `id` is a digest of what it is
-- about, the same after every rebuild. What later events put right is closed by the ledger itself.
create table work_items (
  id text primary key,
  kind text not null,
  severity text not null,
  subject text,
  place text,
  other_place text,
  -- Whose event it is, and who is at the other end of a hand-over.
  msp_id text not null,
  other_msp text,
  event text not null,
  declaration text not null,
  -- The earlier event that it is about.
  ref text,
  at_ms bigint not null,
  -- Both numbers (or times), as the chaincode found them.
  details jsonb not null,
  -- The block and transaction that changed it last; time of its first transaction.
  block bigint not null,
  transaction_id text not null,
  recorded_ms bigint not null,
  closed_block bigint,
  closed_transaction text
);
create index work_items_by_time on work_items (at_ms desc, id);
create index work_items_open on work_items (kind, at_ms) where closed_block is null;
create index work_items_by_subject on work_items (subject);
create index work_items_by_place on work_items (place);

-- This gateway's own: what people say of a work item. `height` is how many blocks they had seen: what the ledger says of it
-- later opens it again.
create table work_notes (
  id text primary key,
  state text not null,
  assignee text,
  note text,
  changed_by text not null,
  changed_ms bigint not null,
  height bigint not null
);

-- What was derived before has no work items: all of it is derived again, from block 0.
truncate checkpoint, blocks, transactions, state, statements, excursions, conditions, sequence_ranges, reading_overlaps,
  missing_summaries, events, event_items, items, movements, presences, associations;
insert into checkpoint (height, block_time_ms, registry_height) values (0, 0, 0);
