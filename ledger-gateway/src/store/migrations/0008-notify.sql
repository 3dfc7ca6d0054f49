-- Notices to other parties: a durable outbox. All own rows, because the ledger does not tell what was delivered to whom. Times are
-- milliseconds since 1970.

-- What is to be delivered; it never changes. `body` are the exact bytes of a webhook, `secrets` are sealed with a key that is not
-- in the database. `target` names who gets it: attempts to one target are bounded together.
create table notices (
  id text primary key,
  kind text not null,
  target text not null,
  url text,
  recipients jsonb not null,
  type text not null,
  digest text not null,
  subject text,
  text text,
  html text,
  body text,
  secrets text,
  created_ms bigint not null,
  not_after_ms bigint not null
);

-- How it stands: small, because each attempt writes it anew.
create table notice_states (
  id text primary key,
  kind text not null,
  target text not null,
  type text not null,
  created_ms bigint not null,
  state text not null,
  attempts bigint not null,
  next_ms bigint,
  ended_ms bigint,
  reason text,
  last jsonb
);
create index notice_states_due on notice_states (next_ms, id) where state = 'queued';
create index notice_states_queued_target on notice_states (target) where state = 'queued';
create index notice_states_ended on notice_states (ended_ms) where state <> 'queued';
create index notice_states_by_creation on notice_states (created_ms, id);

-- URLs whose receiver answered 410: nothing goes there any more until somebody says so.
create table notice_targets (
  url_digest text primary key,
  gone_ms bigint
);
