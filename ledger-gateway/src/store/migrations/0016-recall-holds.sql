-- When the holds of a version of an own recall began to count, as this gateway saw their commit: the ledger has the time of
-- the proposal only, which large transactions are seconds behind.
create table recall_holds (
  recall_id text not null,
  version int not null,
  held_ms bigint not null,
  primary key (recall_id, version)
);
