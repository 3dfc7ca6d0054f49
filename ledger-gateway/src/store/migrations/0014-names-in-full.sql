-- Terms that were written with a prefix are indexed by their full names, documents by their Digital Links, and work items name what they
-- moved: all of it is derived again from the ledger.
truncate blocks, transactions, state, statements, excursions, conditions, sequence_ranges, reading_overlaps, missing_summaries,
  events, event_items, items, flows, named_transformations, remarks, movements, presences, work_items, associations,
  epcis_events, epcis_values;
update checkpoint set height = 0, block_time_ms = 0, registry_height = 0;
