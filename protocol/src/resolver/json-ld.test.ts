import { expect, test } from 'vitest';
import type { Json } from '../epcis/json.ts';
import { readJsonLd } from '../master-data/read-json-ld.ts';
import { certificationJsonLd, placeJsonLd, productJsonLd } from './json-ld.ts';
import { parseResolvable } from './resolvable.ts';

/** What is written is read again by the reader of imports, which knows the vocabulary on its own. */
const readBack = (document: object) => {
  const { records, problems } = readJsonLd(JSON.parse(JSON.stringify(document)) as Json);
  expect(problems).toEqual([]);
  return records[0];
};

const gtin = '09521002002003';

test('a product', () => {
  const product = { name: 'Lettuce, case of 12', description: 'Romaine', brand: 'Upper Field', gpcBrick: '10006163' };
  const identifier = { kind: 'gtin', gtin } as const;
  const document = productJsonLd(identifier, product);
  expect(document).toMatchObject({ '@id': `https://id.gs1.org/01/${gtin}`, '@type': 'gs1:Product', 'gs1:gtin': gtin });
  expect(readBack(document)).toMatchObject({ kind: 'product', data: { gtin, ...product } });
});

test('an item of a lot says both, and nothing that nobody has said', () => {
  const identifier = { kind: 'sgtin', gtin, lot: 'L-1', serial: 'S-1' } as const;
  expect(productJsonLd(identifier, null)).toEqual({
    '@context': { gs1: 'https://ref.gs1.org/voc/' },
    '@id': `https://id.gs1.org/01/${gtin}/21/S-1`,
    '@type': 'gs1:Product',
    'gs1:gtin': gtin,
    'gs1:hasBatchLotNumber': 'L-1',
    'gs1:hasSerialNumber': 'S-1',
  });
});

test('a place, with its address, position and who is responsible for it', () => {
  const gln = '9521002000115';
  const postalAddress = { street: 'Field road 1', city: 'Salinas', region: 'CA', postalCode: '93901', country: 'US' };
  const site = {
    schema: 1 as const,
    gln,
    mspId: 'FreshHubMSP',
    name: 'Packhouse',
    kind: 'packhouse' as const,
    position: { latitudeE7: 366_777_000, longitudeE7: -1_216_555_001 },
    postalAddress,
    contact: { phone: '+1 831 555 0100' },
    partOf: '9521002000122',
  };
  const document = placeJsonLd({ kind: 'gln', gln }, site, null);
  expect(document).toMatchObject({ 'gs1:geo': { 'gs1:latitude': '36.6777', 'gs1:longitude': '-121.6555001' } });
  expect(readBack(document)).toMatchObject({
    kind: 'place',
    data: {
      gln,
      name: 'Packhouse',
      postalAddress,
      position: site.position,
      contact: site.contact,
      partOf: site.partOf,
    },
  });
});

test('certificates go by their addresses', () => {
  const document = certificationJsonLd(parseResolvable(`/01/${gtin}/10/L-1`), ['https://certificates.example/1']);
  expect(document).toMatchObject({
    '@id': `https://id.gs1.org/01/${gtin}/10/L-1`,
    'gs1:certification': [{ 'gs1:certificationURI': { '@value': 'https://certificates.example/1' } }],
  });
});
