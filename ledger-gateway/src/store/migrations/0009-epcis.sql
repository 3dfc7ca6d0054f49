-- Events for EPCIS queries, derived from the blocks: each as it was captured, with what queries ask for. `seq` numbers them in
-- the order of their commits, without gaps, so that it is the same after a rebuild. Texts compare byte by byte, which is what
-- the standard asks of an order, and lets an index serve a prefix.
create table epcis_events (
  seq bigint primary key,
  event text collate "C" not null,
  declaration text collate "C" not null,
  -- The sender's JSON with the context of its document, as text: members keep their order.
  source text not null,
  type text collate "C" not null,
  action text collate "C",
  biz_step text collate "C",
  disposition text collate "C",
  read_point text collate "C",
  biz_location text collate "C",
  time_ms bigint not null,
  recorded_ms bigint not null,
  declared_ms bigint,
  error_reason text collate "C"
);
create index epcis_events_by_time on epcis_events (time_ms, seq);
create index epcis_events_by_record on epcis_events (recorded_ms, seq);
create index epcis_events_by_type on epcis_events (type, seq);
create index epcis_events_by_step on epcis_events (biz_step, seq);
create index epcis_events_by_disposition on epcis_events (disposition, seq);
create index epcis_events_by_read_point on epcis_events (read_point, seq);
create index epcis_events_by_location on epcis_events (biz_location, seq);
create index epcis_events_declared on epcis_events (declared_ms, seq) where declared_ms is not null;

-- What an event says more than once or by a name of the sender's: identifiers, measurements, fields of extensions.
create table epcis_values (
  seq bigint not null,
  field text collate "C" not null,
  value text collate "C",
  -- A number, or a measurement in the base unit of its dimension.
  number double precision,
  time_ms bigint
);
create index epcis_values_by_event on epcis_values (seq, field);
create index epcis_values_by_text on epcis_values (field, value, seq);
create index epcis_values_by_number on epcis_values (field, number, seq) where number is not null;
create index epcis_values_by_time on epcis_values (field, time_ms, seq) where time_ms is not null;

-- Own rows. Documents are kept apart from the state of their jobs, so that progress does not write them again.
create table epcis_documents (
  job text primary key,
  body bytea not null
);

create table epcis_jobs (
  id text primary key,
  seq bigint not null,
  behaviour text not null,
  caller text not null,
  created_ms bigint not null,
  finished_ms bigint,
  events int not null,
  -- Events that are done, in the document's order.
  done int not null,
  errors jsonb not null,
  -- Events whose id belongs to another event: recorded, visible, without effect.
  conflicts jsonb not null
);
create index epcis_jobs_by_seq on epcis_jobs (seq);

create table epcis_queries (
  name text primary key,
  query jsonb not null,
  created_ms bigint not null,
  deleted_ms bigint
);

-- `position` is the `seq` of the last event that was looked at; it moves with the notices, in one transaction.
create table epcis_subscriptions (
  id text primary key,
  query text not null,
  dest text not null,
  secret text not null,
  stream boolean not null,
  schedule jsonb,
  report_if_empty boolean not null,
  epc_format text not null,
  initial_record_ms bigint,
  created_ms bigint not null,
  deleted_ms bigint,
  position bigint not null,
  -- When it was last looked at, and when the next time is, for schedules.
  executed_ms bigint,
  due_ms bigint,
  last_notice text
);
create index epcis_subscriptions_by_query on epcis_subscriptions (query);

truncate checkpoint, blocks, transactions, state, statements, excursions, conditions, missing_summaries, events, event_items,
  items, movements, presences, associations, sequence_ranges, reading_overlaps;
insert into checkpoint (height, block_time_ms, registry_height) values (0, 0, 0);
