import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sensorNames } from '../../../ledger-gateway/src/epcis/query/sensor-parameters.ts';
import { standardNames } from '../../../ledger-gateway/src/epcis/query/standard-parameters.ts';
import { startPostgres } from '../../../ledger-gateway/src/testing/postgres-server.ts';
import { type Network, type RunningGateway, startNetwork } from '../network.ts';
import { capture, findEvents } from './client.ts';
import { document, places } from './events.ts';
import { resourceCases } from './resource-cases.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** The query language of EPCIS 2.0 (section 8.2.7.1) through HTTP, on both databases: two gateways follow one ledger. */
const postgres = await startPostgres();
if ('reason' in postgres) console.warn(`asked on PGlite only: ${postgres.reason}`);
const kinds = 'reason' in postgres ? (['PGlite'] as const) : (['PGlite', 'PostgreSQL'] as const);
let network: Network;
const gateways = new Map<string, RunningGateway>();

beforeAll(async () => {
  network = await startNetwork();
  const growers = await network.start('growers', {
    organisation: { name: 'Growers', companyPrefixes: ['9521001', '9521002'] },
  });
  gateways.set('PGlite', growers);
  for (const [name, gln] of Object.entries(places)) {
    await growers.api.send('PUT', `/api/sites/${gln}`, { name, kind: name === 'field' ? 'field' : 'packhouse' });
  }
  expect(await capture(growers, document())).toMatchObject({ success: true, errors: [] });
  if (!('reason' in postgres)) {
    const freshHub = await network.start('freshHub', { databaseUrl: await postgres.createDatabase() });
    gateways.set('PostgreSQL', freshHub);
  }
});

afterAll(async () => {
  await network?.stop();
  if (!('reason' in postgres)) await postgres.stop();
});

const gatewayOf = (kind: string): RunningGateway => gateways.get(kind) as RunningGateway;
const extensions = { 'GS1-Extensions': 'ex=https://ns.example.com/epcis/, steps=https://ns.example.com/steps/' };
const all = 'harvest tagging checking sampling packing tracking ordering mixing mistake';
const parameters: ReadonlyArray<readonly [query: string, names: string]> = [
  ['', all],
  ['eventType=AggregationEvent|TransformationEvent', 'packing mixing'],
  ['GE_eventTime=2026-05-01T12:00:00Z', 'ordering mixing mistake'],
  ['LT_eventTime=2026-05-01T07:00:00Z', 'checking harvest'],
  ['LT_eventTime=2026-05-01T09:00:00+02:00', 'checking harvest'],
  ['GE_recordTime=2026-05-01T00:00:00Z', all],
  ['LT_recordTime=2026-05-01T00:00:00Z', ''],
  ['EQ_action=ADD|DELETE', 'harvest tagging mistake'],
  ['EQ_bizStep=commissioning', 'harvest tagging'],
  [
    'EQ_bizStep=urn:epcglobal:cbv:bizstep:commissioning|https://ref.gs1.org/cbv/BizStep-packing',
    'harvest tagging packing',
  ],
  ['EQ_bizStep=https://ns.example.com/steps/tracking', 'tracking'],
  ['EQ_bizStep=steps:tracking|cbv:BizStep-packing', 'packing tracking'],
  ['EQ_disposition=active|conformant', 'harvest tagging checking'],
  ['EQ_persistentDisposition_set=completeness_verified', 'checking'],
  ['EQ_persistentDisposition_unset=completeness_inferred', 'checking'],
  ['EQ_readPoint=urn:epc:id:sgln:9521001.00001.0', 'harvest'],
  ['EQ_readPoint=https://id.gs1.org/414/9521001000024', 'checking sampling packing tracking mistake'],
  ['WD_readPoint=https://id.gs1.org/414/9521001000024', 'tagging checking sampling packing tracking mistake'],
  ['EQ_bizLocation=https://id.gs1.org/414/9521001000024', 'checking'],
  ['WD_bizLocation=https://id.gs1.org/414/9521001000017', 'harvest'],
  ['EQ_bizTransaction_po=urn:example:po:1|urn:example:po:2', 'harvest ordering'],
  ['EQ_bizTransaction_desadv=urn:epc:id:gdti:9521001.00001.D1', 'packing'],
  ['EQ_bizTransaction_desadv=https://id.gs1.org/253/9521001000017D1', 'packing'],
  ['EQ_source_possessing_party=https://id.gs1.org/417/9521001000000', 'checking'],
  ['EQ_destination_owning_party=urn:epc:id:pgln:9521002.00000', 'checking'],
  ['EQ_source_owning_party=https://id.gs1.org/417/9521001000000', ''],
  ['EQ_transformationID=urn:example:xform:1', 'mixing'],
  ['MATCH_epc=urn:epc:id:sgtin:9521001.000000.A1', 'tagging sampling mistake'],
  ['MATCH_epc=https://id.gs1.org/01/09521001000000/21/A2', 'tagging packing'],
  ['MATCH_epc=urn:epc:idpat:sgtin:9521001.000000.*', 'tagging sampling packing mistake'],
  ['MATCH_epc=urn:epc:idpat:sgtin:9521001.*.*', 'tagging sampling packing mistake'],
  ['MATCH_epc=urn:epc:idpat:sgtin:*.*.*', 'tagging sampling packing ordering mistake'],
  ['MATCH_epc=https://id.gs1.org/01/09521001000000/21/*', 'tagging sampling packing mistake'],
  ['MATCH_epc=urn:epc:idpat:grai:9521001.00012.*', 'tracking'],
  ['MATCH_parentID=https://id.gs1.org/00/095210010000000017', 'packing tracking ordering'],
  ['MATCH_parentID=urn:epc:idpat:sscc:9521001.*', 'packing tracking ordering'],
  ['MATCH_inputEPC=https://id.gs1.org/01/09521001000000/21/A2', 'mixing'],
  ['MATCH_outputEPC=urn:epc:idpat:sgtin:9521001.000001.*', 'mixing'],
  ['MATCH_anyEPC=https://id.gs1.org/01/09521001000000/21/A2', 'tagging packing mixing'],
  ['MATCH_epcClass=https://id.gs1.org/01/09521001000000/10/LOT-1', 'harvest checking'],
  ['MATCH_epcClass=urn:epc:idpat:sgtin:9521001.000000.*', 'harvest checking packing'],
  ['MATCH_inputEPCClass=urn:epc:class:lgtin:9521001.000000.LOT-1', 'mixing'],
  ['MATCH_outputEPCClass=urn:epc:idpat:lgtin:9521001.*.*', 'mixing'],
  ['MATCH_anyEPCClass=urn:epc:class:lgtin:9521001.000000.LOT-1', 'harvest checking mixing'],
  ['EQ_quantity=12', 'packing'],
  ['GT_quantity=150', 'harvest mixing'],
  ['GE_quantity_KGM=150', 'harvest checking'],
  ['LE_quantity_GRM=1000', 'sampling mixing'],
  ['EQ_quantity_LBR=0.75', 'sampling'],
  ['LE_quantity_LBR=0.75', 'sampling'],
  ['GE_quantity_LBR=-1', 'harvest checking sampling mixing'],
  ['LT_quantity_ONZ=12', ''],
  ['EQ_quantity_GRM=200000', 'harvest'],
  ['EQ_eventID=urn:example:event:sampling|urn:example:event:mixing', 'sampling mixing'],
  ['EXISTS_errorDeclaration=true', 'mistake'],
  ['EXISTS_errorDeclaration=false', all],
  ['GE_errorDeclarationTime=2026-05-02T00:00:00Z', 'mistake'],
  ['LT_errorDeclarationTime=2026-05-02T00:00:00Z', ''],
  ['EQ_errorReason=did_not_occur', 'mistake'],
  ['EQ_correctiveEventID=urn:example:event:sampling', 'mistake'],
  ['EQ_ex:crew=night', 'harvest tagging'],
  ['EQ_https://ns.example.com/epcis/crew=day', 'tagging tracking'],
  ['EQ_ex:weight=205|90', 'harvest tagging'],
  ['GT_ex:weight=90', 'harvest'],
  ['GE_ex:weight=90', 'harvest tagging'],
  ['LE_ex:weight=90', 'tagging'],
  ['LT_ex:weight=90', ''],
  ['GE_ex:started=2026-05-01T07:30:00%2B02:00', 'tagging'],
  ['LT_ex:started=2026-05-01T05:30:00Z', ''],
  ['EXISTS_ex:started=', 'tagging'],
  ['EXISTS_ex:hall=true', ''],
  ['EXISTS_bizLocation_ex:hall=true', 'harvest'],
  ['EQ_INNER_bizLocation_ex:gate=G7', 'harvest'],
  ['EQ_ILMD_cbvmda:lotNumber=LOT-1', 'harvest'],
  ['EQ_ILMD_ex:farm=none', 'mixing'],
  ['GE_ILMD_ex:brix=11.5', 'harvest'],
  ['EXISTS_ILMD_ex:farm=true', 'harvest mixing'],
  ['EQ_INNER_ILMD_ex:field=North', 'harvest'],
  ['GT_INNER_ILMD_ex:row=11', 'harvest'],
  ['EXISTS_INNER_ILMD_ex:row=true', 'harvest'],
  ['EQ_ERROR_DECLARATION_ex:clerk=Ada', 'mistake'],
  ['EXISTS_ERROR_DECLARATION_ex:clerk=true', 'mistake'],
  ['HASATTR_bizLocation=urn:epcglobal:cbv:mda:name', 'harvest checking'],
  ['HASATTR_readPoint=cbvmda:unheardOf', ''],
  ['EQATTR_bizLocation_cbvmda:name=packhouse', 'checking'],
  ['EQ_ATTR_readPoint_kind=field', 'harvest'],
  ['EXISTS_sensorElementList=true', 'checking sampling'],
  ['EQ_type=Temperature', 'checking sampling'],
  ['EQ_type=gs1:RelativeHumidity', 'checking'],
  ['EQ_deviceID=urn:epc:id:giai:9521001.P-17|https://id.gs1.org/8004/9521001P-18', 'checking sampling'],
  ['EQ_dataProcessingMethod=https://example.com/methods/17', 'checking'],
  ['EQ_bizRules=https://example.com/rules/3', 'checking'],
  ['EQ_microorganism=https://example.com/taxa/1639', 'sampling'],
  ['EQ_chemicalSubstance=https://example.com/inchi/X', 'sampling'],
  ['EQ_stringValue=clean', 'sampling'],
  ['EQ_booleanValue=true', 'sampling'],
  ['EQ_hexBinaryValue=AF01', 'sampling'],
  ['EQ_uriValue=https://example.com/u/1', 'sampling'],
  ['GE_time=2026-05-01T05:55:00Z', 'checking'],
  ['LT_startTime=2026-05-01T05:50:01Z', 'checking'],
  ['GE_endTime=2026-05-01T06:00:01Z', ''],
  ['EQ_value_CEL=10', 'sampling'],
  ['EQ_value_FAH=46.4', 'checking'],
  ['GE_value_CEL=8', 'checking sampling'],
  ['GT_value_KEL=281.15', 'sampling'],
  ['LT_value_FAH=50', 'checking'],
  ['LE_value_P1=62.5', 'checking'],
  ['GT_minValue_CEL=6', 'checking'],
  ['LE_maxValue_CEL=9.5', 'checking'],
  ['LT_meanValue_CEL=7.9', ''],
  ['EQ_percRank=50', 'checking'],
  ['GE_percValue_P1=60', 'checking'],
  ['EQ_SENSORMETADATA_ex:fleet=blue', 'checking'],
  ['GE_SENSORREPORT_ex:probe=2', 'checking'],
  ['EQ_SENSORELEMENT_ex:mount=door', 'checking'],
  ['EXISTS_SENSORELEMENT_ex:mount=true', 'checking'],
  ['EQ_bizStep=commissioning&EQ_ex:crew=day', 'tagging'],
];

describe.each(kinds)('events on %s', (kind) => {
  test.each(parameters)('%s', async (query, names) => {
    const { names: found } = await findEvents(gatewayOf(kind), `/epcis/events?perPage=100&${query}`, extensions);
    expect(found.join(' ')).toBe(names);
  });

  test.each([
    [
      'orderBy=eventTime&orderDirection=ASC',
      'checking harvest tagging sampling packing tracking ordering mixing mistake',
    ],
    ['orderBy=eventTime', 'mistake mixing ordering tracking packing sampling tagging harvest checking'],
    ['orderBy=ex:weight&orderDirection=ASC&EXISTS_ex:weight=true', 'tagging harvest'],
    ['orderBy=ex:weight&eventCountLimit=2', 'harvest tagging'],
    ['orderBy=eventTime&eventCountLimit=4', 'mistake mixing ordering tracking'],
    ['maxEventCount=9', all],
  ])('in order: %s', async (query, names) => {
    const { names: found } = await findEvents(gatewayOf(kind), `/epcis/events?${query}`, extensions);
    expect(found.join(' ')).toBe(names);
  });

  test.each([
    '',
    'orderBy=eventTime',
    'orderBy=recordTime',
    'orderBy=ex:weight',
    'eventCountLimit=7&orderBy=eventTime',
  ])('pages give each event once, in order: %s', async (query) => {
    const gateway = gatewayOf(kind);
    const whole = await findEvents(gateway, `/epcis/events?perPage=100&${query}`, extensions);
    const names: string[] = [];
    let path: string | null = `/epcis/events?perPage=2&${query}`;
    for (; path !== null; ) {
      const page: Awaited<ReturnType<typeof findEvents>> = await findEvents(gateway, path, extensions);
      expect(page.names.length).toBeLessThanOrEqual(2);
      names.push(...page.names);
      path = page.next;
    }
    expect(names).toEqual(whole.names);
  });
});

test.each([
  ['EQ_bizStep=shiping', 'EQ_bizStep'],
  ['EQ_colour=red', 'EQ_colour'],
  ['GE_eventTime=yesterday', 'GE_eventTime'],
  ['MATCH_epc=urn:epc:id:sgtin:9521001.0000.A1', 'MATCH_epc'],
  ['MATCH_epc=https://id.gs1.org/01/09521001000004/21/A1', 'MATCH_epc'],
  ['EQ_action=MOVE', 'EQ_action'],
  ['eventType=Event', 'eventType'],
  ['GE_value_CEL=warm', 'GE_value_CEL'],
  ['EXISTS_ex:crew=perhaps', 'EXISTS_ex:crew'],
  ['orderBy=bizStep', 'orderBy'],
  ['orderDirection=UP', 'orderDirection'],
  ['eventCountLimit=1&maxEventCount=1', 'maxEventCount'],
  ['eventCountLimit=1', 'eventCountLimit'],
  ['perPage=none', 'perPage'],
  ['nextPageToken=abc', 'nextPageToken'],
  ['HASATTR_epcClass=x', 'HASATTR_epcClass'],
])('%s is refused as a QueryParameterException that names it', async (query, parameter) => {
  const response = await gatewayOf('PGlite').api.fetch(`/epcis/events?${query}`, { headers: extensions });
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({
    type: 'epcisException:QueryParameterException',
    status: 400,
    parameter,
  });
});

test('each parameter that the OpenAPI document names is one', async () => {
  for (const name of [...standardNames, ...sensorNames]) {
    const response = await gatewayOf('PGlite').api.fetch(`/epcis/events?${name}=`);
    expect(await response.json(), name).not.toMatchObject({ title: 'No such query parameter' });
  }
});

test('more than maxEventCount is a QueryTooLargeException', async () => {
  const response = await gatewayOf('PGlite').api.fetch('/epcis/events?maxEventCount=8');
  expect(await response.json()).toMatchObject({ type: 'epcisException:QueryTooLargeException', status: 413 });
});

test('a query in the address has its limit, and a longer one is told to take a name', async () => {
  const ask = (chars: number) =>
    gatewayOf('PGlite').api.fetch(`/epcis/events?EQ_stringValue=${'a|'.repeat(chars / 2)}`);
  expect((await ask(900)).status).toBe(200);
  const response = await ask(40_000);
  expect(await response.json()).toMatchObject({ type: 'epcisException:URITooLongException', status: 414 });
});

test('a token goes on with its own query only', async () => {
  const { next } = await findEvents(gatewayOf('PGlite'), '/epcis/events?perPage=1');
  const response = await gatewayOf('PGlite').api.fetch(`${next}&EQ_action=ADD`);
  expect(await response.json()).toMatchObject({ parameter: 'nextPageToken', status: 400 });
});

describe('resources', () => resourceCases(() => gatewayOf('PGlite')));
