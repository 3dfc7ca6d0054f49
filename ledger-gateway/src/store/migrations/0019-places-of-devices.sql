-- Where fixed devices measured, and when: what one measured before it was moved is of where it was then. Derived again from the ledger.
create table device_places (
  device text not null,
  place text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  primary key (device, from_ms)
);
create index device_places_by_place on device_places (place, from_ms);

truncate blocks, transactions, state, statements, excursions, conditions, sequence_ranges, reading_overlaps, missing_summaries,
  events, event_items, items, flows, named_transformations, remarks, movements, presences, work_items, associations,
  epcis_events, epcis_values;
update checkpoint set height = 0, block_time_ms = 0, registry_height = 0;
