import { bizSteps, dispositions } from '@hopline/protocol/epcis';
import { expect, test } from 'vitest';
import type { RunningGateway } from '../network.ts';
import { findEvents } from './client.ts';
import { places } from './events.ts';

interface OpenApiOperation {
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
}
type OpenApiPaths = Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;

/** Top-level resources, and the forms in which answers come, at a gateway that has captured the events. */
export function resourceCases(running: () => RunningGateway): void {
  const members = async (path: string, headers: HeadersInit = {}) => {
    const response = await running().api.fetch(path, { headers });
    expect(response.status, await response.clone().text()).toBe(200);
    return ((await response.json()) as { member: string[] }).member;
  };
  const link = 'https://id.gs1.org';
  const lot = `${link}/01/09521001000000/10/LOT-1`;
  const path = (...parts: string[]) => `/epcis/${parts.map(encodeURIComponent).join('/')}`;

  test('the top level and its resources list what there is', async () => {
    expect(await members('/epcis')).toEqual(
      expect.arrayContaining(['events', 'eventTypes', 'epcs', 'bizSteps', 'capture', 'queries']),
    );
    expect(await members('/epcis/eventTypes')).toEqual([
      'AggregationEvent',
      'AssociationEvent',
      'ObjectEvent',
      'TransactionEvent',
      'TransformationEvent',
    ]);
    // What the standard gives is there in any case, and what events hold besides.
    expect(await members('/epcis/dispositions?perPage=100')).toEqual([...dispositions]);
    expect(await members('/epcis/bizSteps?perPage=100')).toEqual(
      [...bizSteps, 'https://ns.example.com/steps/tracking'].sort(),
    );
    expect(await members(path('bizSteps', 'loading'))).toEqual(['events']);
    expect((await findEvents(running(), path('bizSteps', 'loading', 'events'))).names).toEqual([]);
    expect(await members('/epcis/bizLocations')).toEqual(Object.values(places).map((gln) => `${link}/414/${gln}`));
    expect(await members('/epcis/readPoints', { 'GS1-EPC-Format': 'Always_EPC_URN' })).toEqual([
      'urn:epc:id:sgln:9521001.00001.0',
      'urn:epc:id:sgln:9521001.00002.0',
      'urn:epc:id:sgln:9521001.00002.D4',
    ]);
    expect(await members('/epcis/epcs?perPage=100')).toContain(lot);
  });

  test('a list comes page by page', async () => {
    const found: string[] = [];
    for (let next = '/epcis/bizSteps?perPage=5'; next !== ''; ) {
      const page = await running().api.fetch(next);
      found.push(...((await page.json()) as { member: string[] }).member);
      next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    }
    expect(found).toEqual(await members('/epcis/bizSteps?perPage=100'));
  });

  test.each([
    [path('eventTypes', 'AggregationEvent'), 'packing'],
    [path('bizSteps', 'urn:epcglobal:cbv:bizstep:commissioning'), 'harvest tagging'],
    [path('bizSteps', 'https://ns.example.com/steps/tracking'), 'tracking'],
    [path('dispositions', 'conformant'), 'checking'],
    [path('bizLocations', 'urn:epc:id:sgln:9521001.00002.0'), 'checking'],
    [path('readPoints', `${link}/414/9521001000024/254/D4`), 'tagging'],
    [path('epcs', 'urn:epc:class:lgtin:9521001.000000.LOT-1'), 'harvest checking mixing'],
    [path('epcs', `${link}/00/095210010000000017`), 'packing tracking ordering'],
  ])('%s has its events', async (resource, names) => {
    expect(await members(resource)).toEqual(['events']);
    expect((await findEvents(running(), `${resource}/events`)).names.join(' ')).toBe(names);
  });

  test('what no event holds is not found, and a filter narrows a resource', async () => {
    for (const missing of [
      path('bizSteps', 'nonsense'),
      path('epcs', 'urn:example:none'),
      path('epcs', 'urn:example:none', 'events'),
      path('events', 'urn:example:none'),
      '/epcis/nothing',
    ]) {
      const response = await running().api.fetch(missing);
      expect(await response.json()).toMatchObject({ type: 'epcisException:NoSuchResourceException', status: 404 });
    }
    const { names } = await findEvents(running(), `${path('epcs', lot)}/events?EQ_action=ADD`);
    expect(names).toEqual(['harvest']);
  });

  test('identifiers come in the form that is asked for', async () => {
    const one = async (format: string) => {
      const { events, response } = await findEvents(running(), '/epcis/events?EQ_eventID=urn:example:event:tagging', {
        'GS1-EPC-Format': format,
      });
      expect(response.headers.get('GS1-EPC-Format')).toBe(format);
      return { epcs: events[0]?.epcList, at: events[0]?.readPoint };
    };
    const { events } = await findEvents(running(), '/epcis/events?EQ_eventID=urn:example:event:tagging');
    expect(events[0]?.epcList).toEqual((await one('Always_GS1_Digital_Link')).epcs);
    const asCaptured = ['urn:epc:id:sgtin:9521001.000000.A1', `${link}/01/09521001000000/21/A2`];
    expect((await one('No_Preference')).epcs).toEqual(asCaptured);
    expect((await one('Never_Translates')).epcs).toEqual(asCaptured);
    expect(await one('Always_GS1_Digital_Link')).toEqual({
      epcs: [`${link}/01/09521001000000/21/A1`, `${link}/01/09521001000000/21/A2`],
      at: { id: `${link}/414/9521001000024/254/D4` },
    });
    expect((await one('Always_EPC_URN')).epcs).toEqual([
      'urn:epc:id:sgtin:9521001.000000.A1',
      'urn:epc:id:sgtin:9521001.000000.A2',
    ]);
  });

  test.each([
    [{ accept: 'application/ld+json' }, 'application/ld+json'],
    [{ accept: 'application/xml;q=0.9, application/json;q=0.5' }, 'application/json'],
    [{ accept: 'application/json;q=0.1, application/ld+json;q=0.2' }, 'application/ld+json'],
    [{ accept: '*/*' }, 'application/json'],
    [{ 'GS1-EPCIS-Min': '2.0', 'GS1-EPCIS-Max': '2.1' }, 'application/json'],
  ])('%j is answered as %s', async (headers, type) => {
    const { response } = await findEvents(running(), '/epcis/events', headers as HeadersInit);
    expect(response.headers.get('content-type')).toBe(type);
  });

  const unacceptable: readonly Readonly<Record<string, string>>[] = [
    { accept: 'application/xml' },
    { accept: 'application/json;q=0' },
    { 'GS1-EPC-Format': 'Sometimes' },
    { 'GS1-CBV-XML-Format': 'Sometimes' },
    { 'GS1-EPCIS-Max': '1.2' },
    { 'GS1-CBV-Min': '3' },
    { 'GS1-EPCIS-Min': 'new' },
  ];

  test.each(unacceptable)('%j is not acceptable', async (headers) => {
    const response = await running().api.fetch('/epcis/events', { headers });
    expect(await response.json()).toMatchObject({ type: 'epcisException:NotAcceptableException', status: 406 });
  });

  test('it is all in the OpenAPI document: each address with its methods, headers and parameters', async () => {
    const { paths } = (await running().api.get('/openapi.json')) as { paths: OpenApiPaths };
    const methods = Object.entries(paths)
      .filter(([name]) => name.startsWith('/epcis'))
      .map(([name, operations]) => `${name.replace(/^\/epcis\/?/, '/')} ${Object.keys(operations).sort().join(' ')}`);
    const values = ['eventTypes', 'epcs', 'bizSteps', 'bizLocations', 'readPoints', 'dispositions'].flatMap((name) => [
      `/${name} get options`,
      `/${name}/{value} get options`,
      `/${name}/{value}/events get options`,
    ]);
    expect(methods.sort()).toEqual(
      [
        ...values,
        '/ get options',
        '/capture get options post',
        '/capture/{captureID} get options',
        '/events get options post',
        '/events/{eventID} get options',
        '/nextPageToken/{token} delete',
        '/queries get options post',
        '/queries/{name} delete get options',
        '/queries/{name}/events get options',
        '/queries/{name}/subscriptions get options post',
        '/queries/{name}/subscriptions/{id} delete get options',
      ].sort(),
    );
    const named = (of: OpenApiOperation | undefined) => (of?.parameters ?? []).map(({ name }) => name);
    expect(named(paths['/epcis/capture']?.post)).toContain('GS1-Capture-Error-Behaviour');
    expect(paths['/epcis/capture']?.post?.responses[202]?.headers).toHaveProperty('Location');
    expect(paths['/epcis/capture']?.options?.responses[204]?.headers).toHaveProperty('GS1-EPCIS-Capture-Limit');
    expect(paths['/epcis/capture']?.options).toMatchObject({ security: [] });
    for (const where of ['/epcis/events', '/epcis/bizSteps/{value}/events']) {
      expect(named(paths[where]?.get)).toEqual(
        expect.arrayContaining([
          'GS1-EPC-Format',
          'GS1-Extensions',
          'perPage',
          'EQ_persistentDisposition_set',
          'LE_quantity',
        ]),
      );
      expect(paths[where]?.get?.responses[200]?.headers).toHaveProperty('Link');
    }
  });
}
