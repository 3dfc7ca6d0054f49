-- Records that are looked for by their identifier are found by their key: by a field of the record, each look at a place or a product
-- went through all of them.
create or replace view organisations as
  select key as msp_id, record ->> 'name' as name, record from state where kind = 'organisation';
create or replace view sites as
  select key as gln, record ->> 'mspId' as msp_id, record ->> 'name' as name, record ->> 'kind' as kind, record
  from state where kind = 'site';
create or replace view products as
  select key as gtin, record ->> 'mspId' as msp_id, record ->> 'name' as name, record from state where kind = 'product';
create or replace view devices as
  select key as device, record ->> 'mspId' as msp_id, record ->> 'place' as place, record ->> 'epc' as epc, record
  from state where kind = 'device';
create or replace view edge_nodes as
  select key as node, record ->> 'mspId' as msp_id, record from state where kind = 'edge-node';
create or replace view signers as
  select key as signer, record ->> 'mspId' as msp_id, record from state where kind = 'signer';
create or replace view revocations as
  select key as kid, record from state where kind = 'revocation';
