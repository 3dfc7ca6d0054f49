-- Files that people have uploaded, to be captured once they are right. The bytes go when the upload expires; what became of
-- it stays longer, so that the same file is recognised.
create table sheet_uploads (
  id text primary key,
  bytes bytea not null
);

create table sheet_states (
  id text primary key,
  name text not null,
  digest text not null,
  -- What was taken for granted when the mapping was made, and `null` before.
  sheet text,
  step text,
  mapping jsonb,
  -- `open`, `capturing` or `captured`.
  state text not null,
  -- Transactions, done and to do, once the capture has begun.
  parts jsonb not null,
  created_ms bigint not null,
  expires_ms bigint not null,
  captured_ms bigint
);
create index sheet_states_by_digest on sheet_states (digest, state);

-- How the columns of sheets were mapped, by the columns' names and the step.
create table sheet_mappings (
  signature text not null,
  step text not null,
  mapping jsonb not null,
  used_ms bigint not null,
  primary key (signature, step)
);
create index sheet_mappings_by_use on sheet_mappings (step, used_ms);
