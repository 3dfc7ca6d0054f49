import {
  type OrganisationRecord,
  organisationRecordSchema,
  productRecordSchema,
  type SiteRecord,
  siteRecordSchema,
} from '@hopline/protocol';
import type { Facts, PlaceFacts } from '@hopline/protocol/fsma';
import type { Queryable } from '../store/database.ts';
import { outsideRecords } from './outside-records.ts';

/**
 * Master data of places, parties (by GLN) and products (by GTIN). What their owners put on the ledger counts; what they leave open
 * there is filled with this organisation's own notes. A place has its owner's telephone where it states none of its own.
 */
export async function readFacts(on: Queryable, glns: Iterable<string>, gtins: Iterable<string>): Promise<Facts> {
  const [wantedGlns, wantedGtins] = [[...new Set(glns)], [...new Set(gtins)]];
  const { sites, notes } = await placesWithWholes(on, wantedGlns);
  const owners = [...notes.values()].flatMap(({ organisation }) => organisation ?? []);
  const mspIds = [...sites.values()].map(({ mspId }) => mspId);
  const organisations = await organisationsOf(on, [...wantedGlns, ...owners], mspIds);
  const parties = await outsideRecords(on, 'organisation', [...wantedGlns, ...owners]);
  const products = new Map(
    (await on.query<{ record: unknown }>('select record from products where gtin = any($1::text[])', [wantedGtins]))
      .map(({ record }) => productRecordSchema.parse(record))
      .map((product) => [product.gtin, product]),
  );
  const productNotes = await outsideRecords(on, 'product', wantedGtins);
  const party: Facts['party'] = (gln) => {
    const member = organisations.byGln.get(gln);
    const note = parties.get(gln);
    return member || note ? { ...note, ...member } : null;
  };
  return {
    party,
    place(gln) {
      const site = sites.get(gln);
      const note = notes.get(gln);
      if (!site && !note) return null;
      const member = site && organisations.byMspId.get(site.mspId);
      const owner = member ?? (note?.organisation ? party(note.organisation) : null);
      const facts: PlaceFacts = { ...note, ...site };
      const contact = { ...owner?.contact, ...note?.contact, ...site?.contact };
      const postalAddress = { ...note?.postalAddress, ...site?.postalAddress };
      return {
        ...facts,
        ...(Object.keys(contact).length > 0 ? { contact } : {}),
        ...(Object.keys(postalAddress).length > 0 ? { postalAddress } : {}),
        ...(owner?.name === undefined ? {} : { organisationName: owner.name }),
      };
    },
    product(gtin) {
      const [product, note] = [products.get(gtin), productNotes.get(gtin)];
      return product || note ? { ...note, ...product } : null;
    },
  };
}

/** Records and notes of places, and of the places that they are parts of: a field's farm. */
async function placesWithWholes(on: Queryable, glns: readonly string[]) {
  const first = await places(on, glns);
  const wholes = [...first.sites.values(), ...first.notes.values()].flatMap(({ partOf }) => partOf ?? []);
  const second = await places(on, wholes);
  return {
    sites: new Map([...second.sites, ...first.sites]),
    notes: new Map([...second.notes, ...first.notes]),
  };
}

async function places(on: Queryable, glns: readonly string[]) {
  const rows = await on.query<{ record: unknown }>('select record from sites where gln = any($1::text[])', [glns]);
  const sites = rows.map(({ record }) => siteRecordSchema.parse(record));
  return {
    sites: new Map<string, SiteRecord>(sites.map((site) => [site.gln, site])),
    notes: await outsideRecords(on, 'place', glns),
  };
}

async function organisationsOf(on: Queryable, glns: readonly string[], mspIds: readonly string[]) {
  const rows = await on.query<{ record: unknown }>(
    `select record from organisations where msp_id = any($1::text[]) or record ->> 'gln' = any($2::text[])`,
    [[...new Set(mspIds)], [...new Set(glns)]],
  );
  const all = rows.map(({ record }) => organisationRecordSchema.parse(record));
  return {
    byMspId: new Map<string, OrganisationRecord>(all.map((each) => [each.mspId, each])),
    byGln: new Map<string, OrganisationRecord>(all.flatMap((each) => (each.gln ? [[each.gln, each] as const] : []))),
  };
}
