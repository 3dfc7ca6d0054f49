-- Derived out of the summaries: which counters of each device a batch holds, and where two edge nodes hold the same ones.
create table sequence_ranges (
  node text not null,
  sequence bigint not null,
  device text not null,
  epoch bigint not null,
  first bigint not null,
  last bigint not null,
  primary key (device, epoch, first, node, sequence)
);
create index sequence_ranges_by_end on sequence_ranges (device, epoch, last);

-- One row for each pair of nodes, the lesser first, with the lowest and highest counter that both hold and the first batch of
-- each that does: so the rows do not depend on which summary came first, and no summary makes more than a few of them.
create table reading_overlaps (
  device text not null,
  epoch bigint not null,
  node text not null,
  other_node text not null,
  first bigint not null,
  last bigint not null,
  sequence bigint not null,
  other_sequence bigint not null,
  primary key (device, epoch, node, other_node)
);

-- What was derived before has no ranges: all of it is derived again, from block 0.
truncate checkpoint, blocks, transactions, state, statements, excursions, conditions, missing_summaries, events, event_items,
  items, movements, presences, associations;
insert into checkpoint (height, block_time_ms, registry_height) values (0, 0, 0);
