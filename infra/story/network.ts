import type { Product, Rule, Site } from '@hopline/protocol';
import { companyPrefix, gln, gtin } from './keys.ts';

export type OrganisationName = 'growers' | 'freshHub' | 'retail';

/** An organisation of the story. `party` is the GLN of the company itself. */
export interface StoryOrganisation {
  readonly mspId: string;
  readonly name: string;
  readonly phone: string;
  readonly companyPrefixes: readonly string[];
  readonly party: string;
}

export const organisations: Readonly<Record<OrganisationName, StoryOrganisation>> = {
  growers: {
    mspId: 'GrowersMSP',
    name: 'Green Valley Growers',
    phone: '+1 831 555 0101',
    companyPrefixes: [companyPrefix.growers],
    party: gln(companyPrefix.growers, 0),
  },
  freshHub: {
    mspId: 'FreshHubMSP',
    name: 'FreshHub Packing & Logistics',
    phone: '+1 831 555 0102',
    companyPrefixes: [companyPrefix.freshHub],
    party: gln(companyPrefix.freshHub, 0),
  },
  retail: {
    mspId: 'RetailMSP',
    name: 'Corner Markets',
    phone: '+1 408 555 0103',
    companyPrefixes: [companyPrefix.retail],
    party: gln(companyPrefix.retail, 0),
  },
};

/** Places by their part in the story. */
export const places = {
  fields: [gln(companyPrefix.growers, 1), gln(companyPrefix.growers, 2)],
  packhouse: gln(companyPrefix.freshHub, 1),
  warehouses: [gln(companyPrefix.freshHub, 11), gln(companyPrefix.freshHub, 12)],
  stores: [1, 2, 3, 4, 5, 6].map((number) => gln(companyPrefix.retail, number)),
} as const;

const { growers, freshHub, retail } = organisations;

/** Street and ZIP code of each place, made up as the telephone numbers are: 555-01xx is kept for fiction. */
const streets: Readonly<Record<string, readonly [street: string, postalCode: string]>> = {
  'Green Valley Growers, office': ['20 Lettuce Lane', '93901'],
  'FreshHub, office': ['1 Cold Chain Way', '93926'],
  'Corner Markets, office': ['300 Aisle Street', '95113'],
  'North Field': ['1400 North Field Road', '93906'],
  'River Field': ['77 River Field Road', '93960'],
  'Gonzales Packhouse': ['5 Cold Chain Way', '93926'],
  'San Jose Micro-warehouse': ['12 Dock Street', '95112'],
  'Oakland Micro-warehouse': ['8 Pallet Street', '94607'],
  'Corner Market Willow Glen': ['1 Shelf Avenue', '95125'],
  'Corner Market Sunnyvale': ['2 Shelf Avenue', '94086'],
  'Corner Market Fremont': ['3 Shelf Avenue', '94538'],
  'Corner Market Temescal': ['4 Shelf Avenue', '94609'],
  'Corner Market Berkeley': ['5 Shelf Avenue', '94704'],
  'Corner Market Alameda': ['6 Shelf Avenue', '94501'],
};

/**
 * Every place, the companies' offices too since events name them as parties, with what a map, a list and a regulator's sheet
 * show of it. Positions are of the towns, in ten-millionths of a degree.
 */
export const sites: readonly Site[] = [
  site(growers.party, growers, 'other', 'Green Valley Growers, office', 'Salinas, CA', 36.6744, -121.655),
  site(freshHub.party, freshHub, 'other', 'FreshHub, office', 'Gonzales, CA', 36.505, -121.443),
  site(retail.party, retail, 'other', 'Corner Markets, office', 'San Jose, CA', 37.335, -121.89),
  site(places.fields[0], growers, 'field', 'North Field', 'Salinas, CA', 36.6777, -121.6555),
  site(places.fields[1], growers, 'field', 'River Field', 'Soledad, CA', 36.4247, -121.3263),
  site(places.packhouse, freshHub, 'packhouse', 'Gonzales Packhouse', 'Gonzales, CA', 36.5066, -121.4444),
  site(places.warehouses[0], freshHub, 'warehouse', 'San Jose Micro-warehouse', 'San Jose, CA', 37.3382, -121.8863),
  site(places.warehouses[1], freshHub, 'warehouse', 'Oakland Micro-warehouse', 'Oakland, CA', 37.8044, -122.2712),
  site(places.stores[0], retail, 'store', 'Corner Market Willow Glen', 'San Jose, CA', 37.3058, -121.9),
  site(places.stores[1], retail, 'store', 'Corner Market Sunnyvale', 'Sunnyvale, CA', 37.3688, -122.0363),
  site(places.stores[2], retail, 'store', 'Corner Market Fremont', 'Fremont, CA', 37.5485, -121.9886),
  site(places.stores[3], retail, 'store', 'Corner Market Temescal', 'Oakland, CA', 37.8343, -122.2627),
  site(places.stores[4], retail, 'store', 'Corner Market Berkeley', 'Berkeley, CA', 37.8715, -122.273),
  site(places.stores[5], retail, 'store', 'Corner Market Alameda', 'Alameda, CA', 37.7652, -122.2416),
];

/** Leafy greens above 5 °C for half an hour: an excursion. Thousandths of a degree Celsius. */
export const coldChain: Rule = {
  id: 'cold-chain',
  stream: 'temperature',
  unit: 'Cel',
  min: null,
  max: 5000,
  durationMs: 30 * 60_000,
};

export const products = {
  fieldLettuce: product(gtin(companyPrefix.growers, 100), growers, 'Romaine lettuce, field bin', [], {
    rawCommodity: true,
    packagingSize: '500 kg',
    packagingStyle: 'field bin',
  }),
  caseLettuce: product(gtin(companyPrefix.freshHub, 200), freshHub, 'Romaine hearts, case of 24', [coldChain], {
    brand: 'FreshHub',
    rawCommodity: false,
    packagingSize: '24 hearts',
    packagingStyle: 'carton',
  }),
} as const;

function site(
  place: string | undefined,
  owner: StoryOrganisation,
  kind: Site['kind'],
  name: string,
  address: string,
  latitude: number,
  longitude: number,
): Site {
  if (!place) throw new Error(`no GLN for ${name}`);
  const [city, region] = address.split(', ');
  const [street, postalCode] = streets[name] ?? [];
  return {
    gln: place,
    mspId: owner.mspId,
    name,
    kind,
    address,
    position: { latitudeE7: Math.round(latitude * 1e7), longitudeE7: Math.round(longitude * 1e7) },
    businessName: owner.name,
    postalAddress: { street, city, region, postalCode, country: 'US' },
    contact: { phone: owner.phone },
  };
}

function product(
  number: string,
  owner: StoryOrganisation,
  name: string,
  limits: Rule[],
  details: Pick<Product, 'brand' | 'rawCommodity' | 'packagingSize' | 'packagingStyle'>,
): Product {
  const lettuce = {
    commodity: 'Lettuce',
    variety: 'Romaine',
    foodSource: 'produce',
    foodTraceabilityList: true,
  } as const;
  return { gtin: number, mspId: owner.mspId, name, limits, ...lettuce, ...details };
}
