-- What is derived from the ledger's blocks and can be dropped and built again: the same blocks give the same rows.
-- Times are milliseconds since 1970; an open end is 253402300799999, so that intervals compare without nulls.

-- One row. `height` is how many blocks have been applied; it moves in the transaction that applies them.
create table checkpoint (
  one boolean primary key default true check (one),
  height bigint not null,
  block_time_ms bigint not null,
  -- Height after the last block that changed something of the registry: the version of registry copies.
  registry_height bigint not null
);
insert into checkpoint (height, block_time_ms, registry_height) values (0, 0, 0);

create table blocks (
  number bigint primary key,
  time_ms bigint not null,
  transactions int not null,
  valid int not null
);

create table transactions (
  block bigint not null,
  position int not null,
  id text not null,
  name text not null,
  msp_id text not null,
  time_ms bigint not null,
  -- Fabric's validation code; 0 is valid, and only valid transactions have had an effect.
  code int not null,
  primary key (block, position)
);
create index transactions_by_id on transactions (id);

-- The world state, as the write sets made it: the kinds of records that queries need, in their own JSON.
create table state (
  kind text not null,
  key text not null,
  attributes text[] not null,
  record jsonb not null,
  block bigint not null,
  transaction_id text not null,
  primary key (kind, key)
);
create index state_by_first_attribute on state (kind, (attributes[1]));
create index state_device_place on state ((record ->> 'place')) where kind = 'device';
create index state_device_epc on state ((record ->> 'epc')) where kind = 'device';
create index state_place on state (kind, (record ->> 'place')) where kind = 'holding';

create view organisations as
  select record ->> 'mspId' as msp_id, record ->> 'name' as name, record from state where kind = 'organisation';
create view sites as
  select record ->> 'gln' as gln, record ->> 'mspId' as msp_id, record ->> 'name' as name, record ->> 'kind' as kind, record
  from state where kind = 'site';
create view products as
  select record ->> 'gtin' as gtin, record ->> 'mspId' as msp_id, record ->> 'name' as name, record
  from state where kind = 'product';
create view devices as
  select record ->> 'device' as device, record ->> 'mspId' as msp_id, record ->> 'place' as place, record ->> 'epc' as epc, record
  from state where kind = 'device';
create view edge_nodes as
  select record ->> 'node' as node, record ->> 'mspId' as msp_id, record from state where kind = 'edge-node';
create view signers as
  select record ->> 'signer' as signer, record ->> 'mspId' as msp_id, record from state where kind = 'signer';
create view revocations as
  select record ->> 'kid' as kid, record from state where kind = 'revocation';
create view holdings as
  select attributes[1] as item, attributes[2] as place, record from state where kind = 'holding';
create view units as
  select attributes[1] as unit, record from state where kind = 'unit';
create view discrepancies as
  select attributes[1] as shipment, attributes[2] as item, record from state where kind = 'discrepancy';

create table statements (
  node text not null,
  sequence bigint not null,
  digest text not null,
  bytes bytea not null,
  size int not null,
  root text not null,
  registry_version bigint not null,
  from_ms bigint not null,
  to_ms bigint not null,
  sealed_ms bigint not null,
  summary_digest text not null,
  excursions int not null,
  msp_id text not null,
  transaction_id text not null,
  block bigint not null,
  primary key (node, sequence)
);
create index statements_by_block on statements (block);
create index statements_by_summary on statements (summary_digest);

-- As the statements say them. One that goes on over several batches is in each of them, with the same beginning.
create table excursions (
  node text not null,
  sequence bigint not null,
  position int not null,
  device text not null,
  stream text not null,
  rule text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  peak bigint not null,
  primary key (node, sequence, position)
);
create index excursions_by_device on excursions (device, from_ms);

-- Figures per stream and interval out of the summaries, in thousandths of the unit.
create table conditions (
  node text not null,
  sequence bigint not null,
  device text not null,
  stream text not null,
  unit text,
  assurance text not null,
  start_ms bigint not null,
  count bigint not null,
  min bigint not null,
  max bigint not null,
  mean bigint not null,
  primary key (device, stream, start_ms, node, sequence)
);
create index conditions_by_batch on conditions (node, sequence);

-- Anchored statements whose summary is not here yet.
create table missing_summaries (
  node text not null,
  sequence bigint not null,
  digest text not null,
  msp_id text not null,
  primary key (node, sequence)
);
create index missing_summaries_by_digest on missing_summaries (digest);

create table events (
  event text not null,
  declaration text not null,
  event_id text,
  type text not null,
  action text,
  biz_step text,
  disposition text,
  time_ms bigint not null,
  place text,
  msp_id text not null,
  signer text not null,
  outcome text not null,
  flags jsonb not null,
  -- In the normalised form of protocol/epcis.
  document jsonb not null,
  recorded_ms bigint not null,
  block bigint not null,
  tx_position int not null,
  position int not null,
  transaction_id text not null,
  primary key (event, declaration)
);
create index events_by_block on events (block, tx_position, position);
create index events_by_place on events (place, time_ms);

-- What an event speaks of. Roles: object, parent, child, input, output.
create table event_items (
  event text not null,
  declaration text not null,
  role text not null,
  position int not null,
  item text not null,
  amount text,
  uom text,
  primary key (event, declaration, role, position)
);
create index event_items_by_item on event_items (item);

-- Everything that events speak of, by canonical identifier, from its first mention on.
create table items (
  item text primary key,
  kind text not null,
  gtin text,
  lot text,
  serial text,
  sscc text,
  first_event text not null,
  first_ms bigint not null
);
create index items_by_lot on items (lot);
create index items_by_gtin on items (gtin, lot);
create index items_by_sscc on items (sscc);

-- What applied events did, as double entry. Ends: place, unit, transit, transformation (with an id), outside,
-- difference, gone.
create table movements (
  event text not null,
  position int not null,
  subject text not null,
  is_unit boolean not null,
  amount text,
  uom text,
  origin text,
  from_at text not null,
  from_id text,
  to_at text not null,
  to_id text,
  -- For goods on the way: the places at both ends.
  transit_from text,
  transit_to text,
  time_ms bigint not null,
  primary key (event, position)
);
create index movements_by_subject on movements (subject, time_ms);
create index movements_inputs on movements (to_id) where to_at = 'transformation';
create index movements_outputs on movements (from_id) where from_at = 'transformation';

-- Where something was, and for how long: at a place, in a unit, or on the way. Folded out of the movements in the order
-- of their commits, in which the chaincode keeps them balanced; the times are the events' own.
create table presences (
  id bigint primary key,
  subject text not null,
  is_unit boolean not null,
  at text not null,
  where_id text not null,
  transit_from text,
  transit_to text,
  from_ms bigint not null,
  to_ms bigint not null,
  -- What came in all, and what is still there (`null` for a unit).
  entered text,
  remaining text,
  uom text,
  from_event text not null,
  -- What ended it; and what took the last part of it away, where some is still there.
  to_event text,
  left_ms bigint,
  left_event text
);
create index presences_by_subject on presences (subject, from_ms);
create index presences_by_where on presences (where_id, at, from_ms);

-- That one thing travelled with another, as a tracker with a pallet.
create table associations (
  parent text not null,
  child text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  from_event text not null,
  to_event text,
  primary key (parent, child, from_event)
);
create index associations_by_child on associations (child)
