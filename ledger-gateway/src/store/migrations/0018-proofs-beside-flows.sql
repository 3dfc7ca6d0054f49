-- Every step of a trace names the event that proves it: its hash lies beside the movement, and the id of its transaction is found by
-- place, so that no step costs a look at the event itself.
alter table flows add column event bytea;
drop index flows_by_subject;
create unique index flows_by_subject on flows (subject, seq, step)
  include (time_ms, from_at, from_id, to_at, to_id, way, amount, uom, event);
create unique index transactions_by_place on transactions (block, position) include (id);
drop index events_by_block;
create index events_by_block on events (block, tx_position, position);

truncate blocks, transactions, state, statements, excursions, conditions, sequence_ranges, reading_overlaps, missing_summaries,
  events, event_items, items, flows, named_transformations, remarks, movements, presences, work_items, associations,
  epcis_events, epcis_values;
update checkpoint set height = 0, block_time_ms = 0, registry_height = 0;
