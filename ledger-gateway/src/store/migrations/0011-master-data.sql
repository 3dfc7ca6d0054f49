-- What this organisation knows of products, places and parties that nobody of the network has put on the ledger. A record that
-- was taken back stays as a row without one, so that it does not come back out of the journal.
create table outside_records (
  kind text not null,
  id text not null,
  record jsonb,
  updated_ms bigint not null,
  primary key (kind, id)
);

-- Imports of master data: how far each came. A file that is sent again submits only what differs, so none has to be resumed.
create table master_data_imports (
  id text primary key,
  state text not null,
  total int not null,
  done int not null,
  error jsonb,
  created_ms bigint not null,
  ended_ms bigint
);
