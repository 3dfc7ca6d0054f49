-- Recalls are mirrored from the ledger as they are: these are the ways in which they are looked for.
create index state_hold_recall on state ((attributes[2])) where kind = 'hold';
create index state_recall_step_block on state (block) where kind = 'recall-step';

create view recalls as
  select attributes[1] as recall_id, record ->> 'mspId' as msp_id, record ->> 'state' as state, record ->> 'kind' as kind,
    (record ->> 'version')::int as version, (record ->> 'openedAtMs')::bigint as opened_ms, record
  from state where kind = 'recall';
create view holds as
  select attributes[1] as item, attributes[2] as recall_id, (record ->> 'enforced')::boolean as enforced, record
  from state where kind = 'hold';
create view recall_scope as
  select attributes[1] as recall_id, attributes[2] as item, record ->> 'via' as via,
    (record ->> 'fromVersion')::int as from_version, (record ->> 'toVersion')::int as to_version
  from state where kind = 'recall-scope';
create index state_recall_scope_item on state ((attributes[2])) where kind = 'recall-scope';

-- Below: this gateway's own rows.

-- The frozen traces that scopes were taken from, by the digest that the ledger holds. `document` is the exact bytes.
create table recall_evidence (
  digest text primary key,
  document bytea not null,
  -- The organisation whose gateway it came from.
  origin text not null,
  received_ms bigint not null
);

-- When the clock of an own recall began to run, and when its scope was known: what the ledger cannot know.
create table recall_clocks (
  recall_id text primary key,
  started_ms bigint not null,
  scoped_ms bigint not null
);

-- Whom to tell, in which order. `party` is an MSP id, or the GLN of somebody outside the channel. A contact with
-- `after_ms` > 0 is told where its party has not acknowledged by then.
create table contacts (
  id text primary key,
  party text not null,
  name text not null,
  channel jsonb not null,
  after_ms bigint not null,
  created_ms bigint not null,
  removed_ms bigint
);
create index contacts_by_party on contacts (party);

-- Which notice went to whom: written in one transaction with the outbox, so that each is made once.
create table recall_notices (
  id text primary key,
  recall_id text not null,
  version int not null,
  party text not null,
  contact text not null,
  after_ms bigint not null,
  queued_ms bigint not null
);
create index recall_notices_by_recall on recall_notices (recall_id, version);

-- Blocks that were applied before held no recalls that were mirrored: all is derived again, from block 0.
truncate checkpoint, blocks, transactions, state, statements, excursions, conditions, missing_summaries, events, event_items,
  items, movements, presences, associations, sequence_ranges, reading_overlaps;
insert into checkpoint (height, block_time_ms, registry_height) values (0, 0, 0);
