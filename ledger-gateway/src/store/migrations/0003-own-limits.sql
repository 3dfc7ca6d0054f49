-- One node's alerts say nothing of another's: a node that sends another's source and id takes nothing from it.
alter table alerts drop constraint alerts_source_id_key;
create unique index alerts_by_event on alerts (node, source, id);
create index alerts_by_node on alerts (node, seq);

create index sessions_by_key on sessions (key_id, created_ms);

-- The last upload of each edge node that was refused for good, until one of its uploads is anchored again.
create table upload_refusals (
  node text primary key,
  code text not null,
  time_ms bigint not null,
  details jsonb not null,
  resolved_ms bigint
);
