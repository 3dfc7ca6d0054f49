/**
 * Events for the conformance of the query language: small, and each with something that only it says. All by hand, with the
 * example prefixes 952 of GS1 and the namespace `https://ns.example.com/epcis/`.
 */
export const places = { field: '9521001000017', packhouse: '9521001000024' } as const;

const context = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  { ex: 'https://ns.example.com/epcis/', steps: 'https://ns.example.com/steps/', cbvmda: 'urn:epcglobal:cbv:mda:' },
];
const at = (gln: string) => ({ id: `https://id.gs1.org/414/${gln}` });
const zone = { eventTimeZoneOffset: '+00:00' };
const id = (name: string) => `urn:example:event:${name}`;
export const nameOf = (eventId: string): string => eventId.slice('urn:example:event:'.length);

const lot = 'https://id.gs1.org/01/09521001000000/10/LOT-1';
const item = 'https://id.gs1.org/01/09521001000000/21/A1';
const box = 'https://id.gs1.org/00/095210010000000017';

export const eventList = [
  {
    type: 'ObjectEvent',
    eventID: id('harvest'),
    eventTime: '2026-05-01T06:00:00.000Z',
    ...zone,
    action: 'ADD',
    bizStep: 'commissioning',
    disposition: 'active',
    readPoint: at(places.field),
    bizLocation: { ...at(places.field), 'ex:hall': { 'ex:gate': 'G7' } },
    quantityList: [{ epcClass: 'urn:epc:class:lgtin:9521001.000000.LOT-1', quantity: 200, uom: 'KGM' }],
    bizTransactionList: [
      { type: 'urn:epcglobal:cbv:btt:po', bizTransaction: 'urn:example:po:1' },
      { bizTransaction: 'urn:example:plain:9' },
    ],
    ilmd: { 'cbvmda:lotNumber': 'LOT-1', 'ex:brix': 11.5, 'ex:farm': { 'ex:field': 'North', 'ex:row': 12 } },
    'ex:crew': 'night',
    'ex:weight': 205,
  },
  {
    type: 'ObjectEvent',
    eventID: id('tagging'),
    eventTime: '2026-05-01T07:00:00.000Z',
    ...zone,
    action: 'ADD',
    bizStep: 'https://ref.gs1.org/cbv/BizStep-commissioning',
    disposition: 'urn:epcglobal:cbv:disp:active',
    readPoint: { id: 'urn:epc:id:sgln:9521001.00002.D4' },
    epcList: ['urn:epc:id:sgtin:9521001.000000.A1', 'https://id.gs1.org/01/09521001000000/21/A2'],
    'ex:crew': ['day', 'night'],
    'ex:weight': 90,
    'ex:started': '2026-05-01T05:30:00Z',
  },
  {
    type: 'ObjectEvent',
    eventID: id('checking'),
    eventTime: '2026-05-01T07:30:00.000+02:00',
    eventTimeZoneOffset: '+02:00',
    action: 'OBSERVE',
    bizStep: 'inspecting',
    disposition: 'conformant',
    persistentDisposition: { set: ['completeness_verified'], unset: ['urn:epcglobal:cbv:disp:completeness_inferred'] },
    readPoint: at(places.packhouse),
    bizLocation: at(places.packhouse),
    quantityList: [{ epcClass: lot, quantity: 150, uom: 'KGM' }],
    sourceList: [{ type: 'possessing_party', source: 'urn:epc:id:pgln:9521001.00000' }],
    destinationList: [{ type: 'owning_party', destination: 'https://id.gs1.org/417/9521002000009' }],
    sensorElementList: [
      {
        sensorMetadata: {
          time: '2026-05-01T05:55:00Z',
          startTime: '2026-05-01T05:50:00Z',
          endTime: '2026-05-01T06:00:00Z',
          deviceID: 'urn:epc:id:giai:9521001.P-17',
          dataProcessingMethod: 'https://example.com/methods/17',
          bizRules: 'https://example.com/rules/3',
          'ex:fleet': 'blue',
        },
        sensorReport: [
          { type: 'Temperature', value: 8, uom: 'CEL', minValue: 6.5, maxValue: 9.5, meanValue: 7.9, sDev: 0.4 },
          { type: 'gs1:RelativeHumidity', value: 62.5, uom: 'P1', percRank: 50, percValue: 60, 'ex:probe': 2 },
        ],
        'ex:mount': 'door',
      },
    ],
  },
  {
    type: 'ObjectEvent',
    eventID: id('sampling'),
    eventTime: '2026-05-01T09:00:00.000Z',
    ...zone,
    action: 'OBSERVE',
    bizStep: 'sampling',
    disposition: 'in_progress',
    readPoint: at(places.packhouse),
    epcList: [item],
    quantityList: [{ epcClass: 'urn:example:class:swabs', quantity: 0.75, uom: 'LBR' }],
    sensorElementList: [
      {
        sensorReport: [
          { type: 'Temperature', value: 50, uom: 'FAH', deviceID: 'https://id.gs1.org/8004/9521001P-18' },
          { microorganism: 'https://example.com/taxa/1639', booleanValue: true, stringValue: 'clean' },
          {
            chemicalSubstance: 'https://example.com/inchi/X',
            hexBinaryValue: 'af01',
            uriValue: 'https://example.com/u/1',
          },
        ],
      },
    ],
  },
  {
    type: 'AggregationEvent',
    eventID: id('packing'),
    eventTime: '2026-05-01T10:00:00.000Z',
    ...zone,
    action: 'OBSERVE',
    bizStep: 'packing',
    readPoint: at(places.packhouse),
    parentID: 'urn:epc:id:sscc:9521001.0000000001',
    childEPCs: ['https://id.gs1.org/01/09521001000000/21/A2'],
    childQuantityList: [{ epcClass: 'https://id.gs1.org/01/09521001000000', quantity: 12 }],
    bizTransactionList: [{ type: 'desadv', bizTransaction: 'urn:epc:id:gdti:9521001.00001.D1' }],
  },
  {
    type: 'AssociationEvent',
    eventID: id('tracking'),
    eventTime: '2026-05-01T11:00:00.000Z',
    ...zone,
    action: 'OBSERVE',
    bizStep: 'steps:tracking',
    readPoint: at(places.packhouse),
    parentID: box,
    childEPCs: ['urn:epc:id:grai:9521001.00012.T9'],
    'ex:crew': 'day',
  },
  {
    type: 'TransactionEvent',
    eventID: id('ordering'),
    eventTime: '2026-05-01T12:00:00.000Z',
    ...zone,
    action: 'OBSERVE',
    bizStep: 'accepting',
    bizTransactionList: [{ type: 'po', bizTransaction: 'urn:example:po:2' }],
    parentID: box,
    epcList: ['urn:epc:id:sgtin:9521002.000000.B1'],
  },
  {
    type: 'TransformationEvent',
    eventID: id('mixing'),
    eventTime: '2026-05-01T13:00:00.000Z',
    ...zone,
    bizStep: 'void_shipping',
    transformationID: 'urn:example:xform:1',
    inputEPCList: ['https://id.gs1.org/01/09521001000000/21/A2'],
    inputQuantityList: [{ epcClass: lot, quantity: 1000, uom: 'GRM' }],
    outputEPCList: ['urn:epc:id:sgtin:9521001.000001.S1'],
    outputQuantityList: [{ epcClass: 'urn:epc:class:lgtin:9521001.000001.MIX-1', quantity: 1, uom: 'KGM' }],
    ilmd: { 'ex:farm': 'none' },
  },
  {
    type: 'ObjectEvent',
    eventID: id('mistake'),
    eventTime: '2026-05-01T14:00:00.000Z',
    ...zone,
    action: 'DELETE',
    bizStep: 'destroying',
    readPoint: at(places.packhouse),
    epcList: [item],
    errorDeclaration: {
      declarationTime: '2026-05-02T00:00:00Z',
      reason: 'urn:epcglobal:cbv:er:did_not_occur',
      correctiveEventIDs: ['urn:example:event:sampling'],
      'ex:clerk': 'Ada',
    },
  },
];

export const document = (events: readonly object[] = eventList) => ({
  '@context': context,
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-05-03T00:00:00Z',
  epcisBody: { eventList: events },
});
