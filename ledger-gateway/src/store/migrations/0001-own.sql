-- What belongs to this gateway alone and can't be rebuilt from the ledger. A rebuild of the projection leaves these
-- tables as they are. Times are milliseconds since 1970, digests SHA-256 in base64url.

create table api_keys (
  id text primary key,
  digest text not null unique,
  name text not null,
  roles jsonb not null,
  created_ms bigint not null,
  expires_ms bigint not null,
  revoked_ms bigint
);

create table enrolment_codes (
  digest text primary key,
  purpose text not null,
  subject text not null,
  created_ms bigint not null,
  expires_ms bigint not null,
  used_ms bigint
);

-- Passwords of devices, hashed: known to the organisation's gateway and its edge nodes, never to the ledger.
create table credentials (
  device text primary key,
  password_digest text not null,
  created_ms bigint not null,
  expires_ms bigint not null
);

create table node_tokens (
  digest text primary key,
  node text not null,
  created_ms bigint not null,
  expires_ms bigint not null,
  revoked_ms bigint
);
create index node_tokens_by_node on node_tokens (node);

-- The ledger holds a summary's digest only. `origin` is the edge node that brought it or the organisation asked for it.
create table summaries (
  digest text primary key,
  node text not null,
  sequence bigint not null,
  bytes bytea not null,
  origin text not null,
  received_ms bigint not null
);

create table alerts (
  seq bigint primary key,
  source text not null,
  id text not null,
  node text not null,
  device text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  received_ms bigint not null,
  event jsonb not null,
  unique (source, id)
);
create index alerts_by_device on alerts (device, from_ms);

create table counters (
  name text primary key,
  value bigint not null
);

-- Sessions of browsers may be lost: people sign in again.
create table sessions (
  digest text primary key,
  key_id text not null,
  created_ms bigint not null,
  expires_ms bigint not null
);
