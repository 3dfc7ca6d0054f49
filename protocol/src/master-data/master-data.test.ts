import { expect, test } from 'vitest';
import { readMasterData, readTables, type Table } from './index.ts';

function table(name: string, ...rows: string[][]): Table {
  return { name, rows: rows.map((cells, index) => ({ number: index + 1, cells })) };
}

test('a sheet of places is read by its headers, whatever their case, spaces and order', () => {
  const { records, problems, ignored } = readTables([
    table(
      'Locations',
      ['Name', 'GLN', 'ZIP code', 'State', 'Phone number', 'Lat', 'Lon', 'Growing area', 'Colour'],
      ['North Field', '860009999060', '93901', 'CA', '+1 831 555 0100', '36.6777', '-121.6555', 'Block 7', 'green'],
    ),
  ]);
  expect(problems).toEqual([]);
  expect(ignored).toEqual(['Locations: Colour']);
  expect(records).toEqual([
    {
      kind: 'place',
      at: 'Locations!2',
      scope: null,
      data: {
        // The spreadsheet had dropped the leading zero.
        gln: '0860009999060',
        name: 'North Field',
        postalAddress: { postalCode: '93901', region: 'CA' },
        contact: { phone: '+1 831 555 0100' },
        position: { latitudeE7: 366777000, longitudeE7: -1216555000 },
        growingArea: 'Block 7',
      },
    },
  ]);
});

test('every fault of a row is named with its cell', () => {
  const { records, problems } = readTables([
    table(
      'products',
      ['GTIN', 'Name', 'Food Traceability List', 'GPC brick', 'Food source'],
      ['10860009999921', 'Romaine', 'perhaps', '123', 'mars'],
      ['', 'nameless', '', '', ''],
      ['10860009999920', 'Romaine', 'yes', '10006244', 'Produce'],
    ),
  ]);
  expect(problems.map(({ at, field, code, value }) => [at, field, code, value])).toEqual([
    ['products!A2', 'gtin', 'check-digit', '10860009999921'],
    ['products!C2', 'foodTraceabilityList', 'term', 'perhaps'],
    ['products!D2', 'gpcBrick', 'malformed', '123'],
    ['products!E2', 'foodSource', 'term', 'mars'],
    ['products!A3', 'gtin', 'missing', ''],
  ]);
  expect(records).toHaveLength(1);
  expect(records[0]?.data).toMatchObject({ gtin: '10860009999920', foodTraceabilityList: true, foodSource: 'produce' });
});

test('half a position is refused at the half that is missing', () => {
  const { problems } = readTables([table('places', ['gln', 'latitude', 'longitude'], ['0860009999060', '36.6', ''])]);
  expect(problems).toMatchObject([{ at: 'places!C2', field: 'longitude' }]);
});

test('a sheet that tells its kind neither by name nor by headers is refused, and so is a column that comes twice', () => {
  expect(readTables([table('Sheet1', ['colour'], ['green'])]).problems).toMatchObject([{ code: 'kind-unknown' }]);
  const twice = readTables([table('Sheet1', ['GTIN', 'name', 'Product name'], ['10860009999920', 'a', 'b'])]);
  expect(twice.problems).toMatchObject([{ at: 'Sheet1!C1', code: 'duplicate' }]);
});

test('JSON-LD is read in compact and full form, with what the vocabulary lacks by the names of the columns', () => {
  const compact = readMasterData({
    type: 'gs1:Place',
    id: 'https://id.gs1.org/414/0860009999060',
    'gs1:physicalLocationName': [
      { '@value': 'Nordfeld', '@language': 'de' },
      { '@value': 'North Field', '@language': 'en' },
    ],
    'gs1:address': { 'gs1:addressLocality': 'Salinas', 'gs1:addressCountry': { 'gs1:countryCode': 'us' } },
    'gs1:geo': { 'gs1:latitude': 36.6777, 'gs1:longitude': '-121.6555' },
    growingArea: 'Block 7',
    'gs1:image': 'field.png',
  });
  expect(compact.problems).toEqual([]);
  expect(compact.ignored).toEqual(['image']);
  const { data } = compact.records[0] ?? {};
  expect(data).toEqual({
    gln: '0860009999060',
    name: 'North Field',
    postalAddress: { city: 'Salinas', country: 'US' },
    position: { latitudeE7: 366777000, longitudeE7: -1216555000 },
    growingArea: 'Block 7',
  });
  const full = readMasterData([
    {
      '@type': ['https://gs1.org/voc/Product'],
      'https://gs1.org/voc/gtin': '10860009999920',
      'https://gs1.org/voc/netContent': [{ 'https://gs1.org/voc/value': 10, 'https://gs1.org/voc/unitCode': 'KGM' }],
      'https://gs1.org/voc/brand': { 'https://gs1.org/voc/brandName': 'Green' },
    },
  ]);
  expect(full.records[0]?.data).toEqual({ gtin: '10860009999920', brand: 'Green', packagingSize: '10 KGM' });
});

test('faults in JSON-LD carry the JSON pointer of the value', () => {
  const { problems } = readMasterData({
    '@graph': [
      { type: 'gs1:Place', 'gs1:globalLocationNumber': '0860009999061' },
      {
        type: 'gs1:Place',
        'gs1:globalLocationNumber': '0860009999060',
        'gs1:contactPoint': { 'gs1:telephone': 'ask' },
      },
      { type: 'gs1:Offer' },
    ],
  });
  expect(problems.map(({ at, code }) => [at, code])).toEqual([
    ['/@graph/0/gs1:globalLocationNumber', 'check-digit'],
    ['/@graph/1/gs1:contactPoint/gs1:telephone', 'malformed'],
    ['/@graph/2', 'kind-unknown'],
  ]);
});

test('master data in the header of an EPCIS document are read by their CBV attributes', () => {
  const { records, problems, ignored } = readMasterData({
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    epcisHeader: {
      epcisMasterData: {
        vocabularyList: [
          {
            type: 'urn:epcglobal:epcis:vtype:EPCClass',
            vocabularyElementList: [
              {
                id: 'urn:epc:idpat:sgtin:0860009999.192.*',
                attributes: [{ id: 'urn:epcglobal:cbv:mda#descriptionShort', attribute: 'Romaine hearts' }],
              },
            ],
          },
          {
            type: 'urn:epcglobal:epcis:vtype:BusinessLocation',
            vocabularyElementList: [
              {
                id: 'urn:epc:id:sgln:0860009999.06.0',
                attributes: [
                  { id: 'cbvmda:streetAddressOne', attribute: '1 Field Road' },
                  { id: 'cbvmda:latitude', attribute: 36.6777 },
                  { id: 'cbvmda:longitude', attribute: -121.6555 },
                  { id: 'example:colour', attribute: 'green' },
                ],
              },
            ],
          },
          {
            type: 'urn:epcglobal:epcis:vtype:SourceDest',
            vocabularyElementList: [
              {
                id: 'https://id.gs1.org/417/0860009999060',
                attributes: [{ id: 'cbvmda:name', attribute: 'Green Farm' }],
              },
            ],
          },
        ],
      },
    },
    epcisBody: { eventList: [] },
  });
  expect(problems).toEqual([]);
  expect(ignored).toEqual(['example:colour']);
  expect(records.map(({ kind, data }) => [kind, data])).toEqual([
    ['product', { gtin: '10860009999920', name: 'Romaine hearts' }],
    [
      'place',
      {
        gln: '0860009999060',
        postalAddress: { street: '1 Field Road' },
        position: { latitudeE7: 366777000, longitudeE7: -1216555000 },
      },
    ],
    ['organisation', { gln: '0860009999060', name: 'Green Farm' }],
  ]);
});

test('what is nested without end is refused before it is walked', () => {
  let nested: unknown = 'end';
  for (let depth = 0; depth < 10_000; depth++) nested = [nested];
  expect(() => readMasterData(nested)).toThrow(expect.objectContaining({ code: 'epcis-limit' }));
});
