import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey, toBase64Url } from '@hopline/protocol';
import { canonicalLink } from '@hopline/protocol/gs1';
import type { Linkset } from '@hopline/protocol/resolver';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLocalEdge } from '../../edge-worker/local/index.ts';
import { staleAfterMs } from '../../ledger-gateway/src/query/freshness.ts';
import { resolverLimits } from '../../ledger-gateway/src/resolver/limits.ts';
import { MovableClock } from '../../ledger-gateway/src/testing/movable-clock.ts';
import { harvested, packed } from '../ledger-suite/epcis-events.ts';
import { epcisDocument } from '../ledger-suite/member.ts';
import { RandomIds } from '../ledger-suite/random-ids.ts';
import { apiOf, mspIds, type Network, type RunningGateway, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

/**
 * GS1 Digital Links at a gateway, as GS1's own test suite for resolvers asks (gs1/GS1DL-resolver-testsuite, Conformance1_2.txt),
 * and every link followed to where it leads.
 */
const ids = new RandomIds(Date.now() % 2 ** 32);
const certificate = 'https://certificates.example/organic/4711';
const clock = new MovableClock();
let network: Network;
let gateway: RunningGateway;
let story: {
  readonly packhouse: string;
  readonly caseGtin: string;
  readonly caseLot: string;
  readonly otherLot: string;
  /** Its number holds a slash, a per cent sign and a space. */
  readonly oddLot: string;
  readonly unit: string;
};

const pathOf = (link: string) => new URL(link).pathname;
const voc = (name: string) => `https://ref.gs1.org/voc/${name}`;

interface Asked {
  readonly accept?: string;
  readonly linkType?: string;
  readonly query?: string;
  readonly token?: string | null;
  readonly method?: string;
}

/** One request to a Digital Link; redirects are looked at, not followed. */
function resolve(path: string, { accept, linkType, query = '', token = null, method = 'GET' }: Asked = {}) {
  const search = [linkType === undefined ? '' : `linkType=${linkType}`, query].filter((part) => part !== '').join('&');
  return apiOf(gateway.url, token).fetch(path + (search === '' ? '' : `?${search}`), {
    method,
    redirect: 'manual',
    headers: accept === undefined ? {} : { accept },
  });
}

const linksetOf = async (path: string, asked: Asked = {}): Promise<Linkset['linkset']> => {
  const response = await resolve(path, { accept: 'application/linkset+json', ...asked });
  expect(response.status).toBe(200);
  return ((await response.json()) as Linkset).linkset;
};

beforeAll(async () => {
  network = await startNetwork();
  const consoleFolder = join(network.folder, 'console');
  await mkdir(consoleFolder);
  await writeFile(join(consoleFolder, 'index.html'), '<!doctype html><title>Hopline</title>');
  gateway = await network.start('freshHub', { consoleFolder }, { clock });
  const lotOf = (name: string) => canonicalLink({ kind: 'lgtin', gtin: story.caseGtin, lot: ids.name(name) });
  story = { packhouse: ids.gln(), caseGtin: ids.gtin(), caseLot: '', otherLot: '', oddLot: '', unit: '' };
  const oddLot = canonicalLink({ kind: 'lgtin', gtin: story.caseGtin, lot: 'A/1 50%' });
  story = { ...story, oddLot, caseLot: lotOf('C'), otherLot: lotOf('O'), unit: `https://id.gs1.org/00/${ids.sscc()}` };
  await gateway.api.send('PUT', `/api/sites/${story.packhouse}`, { name: 'Packhouse', kind: 'packhouse' });
  await gateway.api.send('PUT', `/api/products/${story.caseGtin}`, {
    name: 'Lettuce, case of 12',
    brand: 'Upper Field',
    limits: [],
  });
  const moment = { at: '2026-04-20T11:00:00+02:00', gln: story.packhouse };
  await gateway.api.send(
    'POST',
    '/api/capture',
    epcisDocument([
      { ...harvested(moment, [[story.caseLot, 5, 'EA']]), certificationInfo: certificate },
      harvested({ ...moment, at: '2026-04-20T11:10:00+02:00' }, [
        [story.otherLot, 5, 'EA'],
        [story.oddLot, 5, 'EA'],
      ]),
      packed({ ...moment, at: '2026-04-20T12:00:00+02:00' }, story.unit, [[story.caseLot, 2, 'EA']]),
    ]),
  );
});

/** Strangers are counted: each test begins with all that they may ask for at once. */
beforeEach(() => clock.moveOn((resolverLimits.burstAnonymous / resolverLimits.anonymousPerSecond) * 1_000));

afterAll(async () => network?.stop());

describe('a lot', () => {
  test('asked for nothing in particular leads to its page; a browser gets the page at once', async () => {
    const path = pathOf(story.caseLot);
    const machine = await resolve(path, { query: '17=261231' });
    expect(machine.status).toBe(307);
    expect(machine.headers.get('location')).toBe(`${gateway.url}/page${path}?17=261231`);
    expect(machine.headers.get('link')).toContain(`<${gateway.url}${path}?linkType=linkset>; rel="linkset"`);
    expect(machine.headers.get('vary')).toContain('accept');
    const browser = await resolve(path, { accept: 'text/html,*/*;q=0.8' });
    expect(browser.status).toBe(200);
    expect(await browser.text()).toContain('<title>Hopline</title>');
    expect(browser.headers.get('link')).toContain('rel="linkset"');
    expect((await resolve(`/page${path}`)).status).toBe(200);
  });

  test.each(['linkset', 'all'])('linkType=%s is the linkset, of the lot and of its product', async (linkType) => {
    const response = await resolve(pathOf(story.caseLot), { linkType, accept: '*/*' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/linkset+json');
    expect(response.headers.get('link')).toContain('rel="http://www.w3.org/ns/json-ld#context"');
    expect(response.headers.get('hopline-as-of')).toMatch(/^height=\d+, ledger-height=\d+, lag-ms=\d+, stale=\?0$/);
    expect(response.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
    const { linkset } = (await response.json()) as Linkset;
    expect(linkset.map(({ anchor }) => anchor)).toEqual([
      `${gateway.url}${pathOf(story.caseLot)}`,
      `${gateway.url}/01/${story.caseGtin}`,
    ]);
    expect(linkset[1]?.description).toBe('Lettuce, case of 12');
    for (const type of [
      'defaultLink',
      'pip',
      'traceability',
      'recallStatus',
      'masterData',
      'epcis',
      'certificationInfo',
    ]) {
      expect(linkset[0]).toHaveProperty([voc(type)]);
    }
  });

  test('its linkset comes in the form that is asked for', async () => {
    const path = pathOf(story.caseLot);
    const typeFor = async (accept: string, linkType?: string) =>
      (await resolve(path, { accept, ...(linkType && { linkType }) })).headers.get('content-type');
    expect(await typeFor('application/linkset+json')).toBe('application/linkset+json');
    expect(await typeFor('application/json')).toBe('application/json');
    expect(await typeFor('*/*', 'linkset')).toBe('application/linkset+json');
    expect(await typeFor('image/png', 'linkset')).toBe('application/json');
    const ld = await resolve(path, { accept: 'application/ld+json', linkType: 'linkset' });
    expect(await ld.json()).toHaveProperty('@context', 'https://ref.gs1.org/standards/resolver/linkset-context');
  });

  test('its linkset asked for in a browser is a page with the same links', async () => {
    const path = pathOf(story.caseLot);
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    const response = await resolve(path, { ...browser, linkType: 'linkset' });
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await response.text();
    const hrefs = (await linksetOf(path)).flatMap(({ anchor: _, description: __, ...relations }) =>
      Object.values(relations).flatMap((targets) => (Array.isArray(targets) ? targets.map(({ href }) => href) : [])),
    );
    expect(hrefs.length).toBeGreaterThan(6);
    for (const href of hrefs) expect(page).toContain(`href="${href.replaceAll('&', '&amp;')}"`);
  });

  test('JSON-LD leads to its master data, with more for those who may read', async () => {
    const response = await resolve(pathOf(story.caseLot), { accept: 'application/ld+json' });
    expect(response.status).toBe(307);
    const location = response.headers.get('location') ?? '';
    const stranger = (await (await fetch(location)).json()) as Record<string, unknown>;
    expect(stranger).toMatchObject({
      '@id': story.caseLot,
      '@type': 'gs1:Product',
      'gs1:gtin': story.caseGtin,
      'gs1:productName': { '@value': 'Lettuce, case of 12' },
      stale: false,
    });
    expect(stranger).not.toHaveProperty('gs1:brand');
    const known = await apiOf('', gateway.adminKey).fetch(location);
    expect(await known.json()).toMatchObject({ 'gs1:brand': { 'gs1:brandName': { '@value': 'Upper Field' } } });
  });

  test('every link of every level leads to something that answers', async () => {
    const { adminKey: token } = gateway;
    const seen = new Set<string>();
    for (const link of [story.caseLot, story.unit, `https://id.gs1.org/414/${story.packhouse}`]) {
      for (const { anchor: _anchor, description: _description, ...relations } of await linksetOf(pathOf(link), {
        token,
      })) {
        for (const [relation, targets] of Object.entries(relations)) {
          for (const { href, type } of typeof targets === 'string' ? [] : (targets ?? [])) {
            const response = await fetch(href, {
              headers: { authorization: `Bearer ${token}`, ...(type && { accept: type }) },
            });
            expect([href, response.status]).toEqual([href, 200]);
            if (type) expect(response.headers.get('content-type')).toContain(type);
            await response.body?.cancel();
            seen.add(relation.slice(voc('').length));
          }
        }
      }
    }
    expect([...seen].sort()).toEqual([
      'certificationInfo',
      'defaultLink',
      'epcis',
      'locationInfo',
      'masterData',
      'pip',
      'recallStatus',
      'traceability',
    ]);
  });

  test.each(['gs1:traceability', 'https://ref.gs1.org/voc/traceability'])(
    'linkType=%s redirects to its public facts',
    async (linkType) => {
      const response = await resolve(pathOf(story.caseLot), { linkType: encodeURIComponent(linkType) });
      expect(response.status).toBe(307);
      const facts = await (await fetch(response.headers.get('location') ?? '')).json();
      expect(facts).toMatchObject({ id: story.caseLot, product: { name: 'Lettuce, case of 12' }, stale: false });
      expect(JSON.stringify(facts)).not.toContain(story.packhouse);
    },
  );

  test('its events are those of an EPCIS query', async () => {
    const response = await resolve(pathOf(story.caseLot), { linkType: 'gs1:epcis', query: '17=261231' });
    const location = response.headers.get('location') ?? '';
    expect((await fetch(location)).status).toBe(401);
    const answer = await fetch(location, { headers: { authorization: `Bearer ${gateway.adminKey}` } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('creating_class_instance');
  });

  test('its certificates are those that its events name', async () => {
    const response = await resolve(pathOf(story.caseLot), { linkType: 'gs1:certificationInfo' });
    const location = response.headers.get('location') ?? '';
    expect((await fetch(location)).status).toBe(401);
    const answer = await fetch(location, { headers: { authorization: `Bearer ${gateway.adminKey}` } });
    expect(await answer.json()).toMatchObject({
      'gs1:certification': [{ 'gs1:certificationURI': { '@value': certificate } }],
      certificates: [{ uri: certificate, events: [{ event: expect.any(String) }] }],
    });
    const other = await resolve(pathOf(story.otherLot), { linkType: 'gs1:certificationInfo' });
    expect(other.status).toBe(404);
    expect(await other.json()).toMatchObject({ code: 'link-type-unavailable', available: expect.any(Array) });
  });
});

describe('what is not as it should be', () => {
  test.each([
    ['a wrong check digit', '/01/09521002002004', 400, 'gs1-check-digit'],
    ['qualifiers in the wrong order', '/01/09521002002003/21/1/10/L', 400, 'gs1-unrecognised'],
    ['a compressed link', '/ARHKVAdpQg', 400, 'gs1-compressed'],
    ['a partly compressed link', '/01/09521002002003/AbCdEf12_-', 400, 'gs1-compressed'],
    ['a lot of nothing', '/01/00012345678905/10/NOBODY', 404, 'not-found'],
    ['a unit, without credentials', '/00/006141411234567890', 401, 'unauthenticated'],
    ['a place, without credentials', '/414/9520123456788', 401, 'unauthenticated'],
  ])('%s: %s', async (_what, path, status, code) => {
    const response = await resolve(path, { accept: 'application/json' });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ code });
  });

  test('a link type that there is none of is 404, with those that there are', async () => {
    for (const linkType of ['gs1:recipeInfo', 'nonsense']) {
      const response = await resolve(pathOf(story.caseLot), { linkType });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        code: 'link-type-unavailable',
        linkType,
        available: expect.arrayContaining(['gs1:recallStatus', 'gs1:masterData']),
      });
    }
  });

  test('a stranger who asks for too much has to wait, who has credentials does not', async () => {
    const statuses = async (token: string | null) => {
      const answers = Array.from({ length: resolverLimits.burstAnonymous * 2 }, () =>
        resolve(pathOf(story.caseLot), { token }),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect((await statuses(null)).filter((status) => status === 429)).not.toEqual([]);
    expect(new Set(await statuses(gateway.adminKey))).toEqual(new Set([307]));
  });

  test('whose number has a slash, a per cent sign and a space is resolved like any other', async () => {
    const path = `/01/${story.caseGtin}/10/A%2F1%2050%25`;
    expect(pathOf(story.oddLot)).toBe(path);
    const [own, product] = await linksetOf(path);
    expect([own?.anchor, product?.anchor]).toEqual([gateway.url + path, `${gateway.url}/01/${story.caseGtin}`]);
    expect((await resolve(path)).headers.get('location')).toBe(`${gateway.url}/page${path}`);
    const recall = await resolve(path, { linkType: 'gs1:recallStatus' });
    const status = await apiOf('', null).fetch(recall.headers.get('location') ?? '');
    expect(await status.json()).toMatchObject({ '@id': story.oddLot, status: 'none' });
    // A per cent sign that begins no escape is no address.
    expect((await resolve(`/01/${story.caseGtin}/10/50%`)).status).toBe(400);
  });

  test('a form that nobody has is 406', async () => {
    expect((await resolve(pathOf(story.caseLot), { accept: 'image/png' })).status).toBe(406);
  });
});

describe('the tree', () => {
  test('an unknown lot of a known product has the links of the product', async () => {
    const linkset = await linksetOf(`/01/${story.caseGtin}/10/NEVER-HEARD-OF`);
    expect(linkset.map(({ anchor }) => anchor)).toEqual([`${gateway.url}/01/${story.caseGtin}`]);
    const recall = await resolve(`/01/${story.caseGtin}/10/NEVER-HEARD-OF`, { linkType: 'gs1:recallStatus' });
    expect(recall.status).toBe(404);
  });

  test('an item has the links of its lot, and a slash at the end changes nothing', async () => {
    const path = `${pathOf(story.caseLot)}/21/S-1`;
    const anchors = (await linksetOf(`${path}/`)).map(({ anchor }) => anchor);
    expect(anchors).toEqual([`${gateway.url}${pathOf(story.caseLot)}`, `${gateway.url}/01/${story.caseGtin}`]);
  });

  test('a place is told to those who may read', async () => {
    const response = await resolve(`/414/${story.packhouse}`, {
      accept: 'application/ld+json',
      token: gateway.adminKey,
    });
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    const place = await apiOf('', gateway.adminKey).fetch(response.headers.get('location') ?? '');
    expect(await place.json()).toMatchObject({
      '@type': 'gs1:Place',
      'gs1:locationGLN': story.packhouse,
      'gs1:physicalLocationName': { '@value': 'Packhouse' },
      'gs1:responsibleOrganization': { 'gs1:organizationName': { '@value': 'freshHub' } },
    });
  });
});

describe('any client', () => {
  test('HEAD answers as GET without a body, OPTIONS says what may be asked', async () => {
    const path = pathOf(story.caseLot);
    const head = await resolve(path, { method: 'HEAD' });
    expect(head.status).toBe(307);
    expect(head.headers.get('location')).toContain('/page/01/');
    const options = await apiOf(gateway.url, null).fetch(path, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
    });
    expect(options.status).toBe(204);
    expect(options.headers.get('access-control-allow-origin')).toBe('*');
    expect(options.headers.get('access-control-allow-methods')).toMatch(/GET.*HEAD.*OPTIONS/);
  });

  test('the OpenAPI document describes the links and what they lead to', async () => {
    const document = await apiOf(gateway.url, null).get('/openapi.json');
    for (const path of [
      '/01/{gtin}/10/{lot}/21/{serial}',
      '/00/{sscc}',
      '/.well-known/gs1resolver',
      '/api/digital-link/recall-status/01/{gtin}/10/{lot}',
      '/api/digital-link/master-data/414/{gln}',
      '/api/notices/{id}/retry',
    ]) {
      expect(document.paths).toHaveProperty([path]);
    }
  });

  test('the resolver describes itself by the standard’s schema', async () => {
    const response = await apiOf(gateway.url, null).fetch('/.well-known/gs1resolver');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      name: 'freshHub',
      resolverRoot: gateway.url,
      supportedPrimaryKeys: ['00', '01', '414'],
      supportedLinkType: [{ namespace: 'https://ref.gs1.org/voc/', prefix: 'gs1:' }],
      linkTypeDefaultCanBeLinkset: false,
      contact: { fn: 'freshHub' },
      jsonLdContextLocation: 'https://ref.gs1.org/standards/resolver/linkset-context',
    });
  });
});

describe('at the edge', () => {
  test('the same links are answered by asking the gateway, and the recall status comes through', async () => {
    const node = {
      mspId: mspIds.freshHub,
      registryKey: toBase64Url((await generateSigningKey()).key.publicKey),
      gateways: [{ mspId: mspIds.freshHub, url: gateway.url, token: 'a-token-that-is-not-used-for-links' }],
      apiTokenDigests: [],
    };
    const dataDir = join(network.folder, 'edge');
    const edge = await startLocalEdge({ dataDir, port: 0, nodes: { [`${story.packhouse}/0`]: node } });
    const ask = (query: string, headers: Record<string, string> = {}) =>
      fetch(edge.url + pathOf(story.caseLot) + query, { redirect: 'manual', headers });
    try {
      const page = await ask('', { accept: 'text/html' });
      expect([page.status, page.headers.get('location')]).toEqual([307, `${gateway.url}/page${pathOf(story.caseLot)}`]);
      expect(await (await ask('?linkType=linkset')).json()).toEqual({
        linkset: await linksetOf(pathOf(story.caseLot)),
      });
      const linkPage = await ask('?linkType=linkset', { accept: 'text/html' });
      expect(linkPage.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await linkPage.text()).toContain('All links of this identifier');
      const masterData = await ask('', { accept: 'application/ld+json' });
      expect(await masterData.json()).toMatchObject({ 'gs1:gtin': story.caseGtin });
      const recall = await ask('?linkType=gs1:recallStatus');
      expect(recall.headers.get('cache-control')).toBe('no-store');
      expect(recall.headers.get('hopline-as-of')).toContain('stale=?0');
      expect(await recall.json()).toMatchObject({ status: 'none' });
      const certificates = await ask('?linkType=gs1:certificationInfo');
      expect(certificates.status).toBe(401);
      const shown = await ask('?linkType=gs1:certificationInfo', { authorization: `Bearer ${gateway.adminKey}` });
      expect(await shown.json()).toMatchObject({ certificates: [{ uri: certificate }] });
    } finally {
      await edge.stop();
    }
  });
});

describe('the recall status', () => {
  const status = async (link: string, token: string | null = null) => {
    const redirect = await resolve(pathOf(link), { linkType: 'gs1:recallStatus', token });
    expect(redirect.status).toBe(307);
    const response = await apiOf('', token).fetch(redirect.headers.get('location') ?? '');
    expect(response.headers.get('cache-control')).toBe('no-store');
    return (await response.json()) as Record<string, unknown>;
  };

  test('is fresh, follows a recall, and tells strangers no more than that there is one', async () => {
    expect(await status(story.caseLot)).toMatchObject({ status: 'none', 'gs1:isProductRecalled': false, stale: false });
    const before = (await status(story.caseLot)).asOf as { height: number };
    await gateway.api.send('POST', '/api/recalls', {
      kind: 'voluntary',
      class: 'I',
      reason: 'found at Packhouse line 4',
      suspects: [story.caseLot],
    });
    const recalled = await status(story.caseLot);
    expect(recalled).toMatchObject({ status: 'open', 'gs1:isProductRecalled': true, recalls: [{ state: 'open' }] });
    expect((recalled.asOf as { height: number }).height).toBeGreaterThan(before.height);
    expect(JSON.stringify(recalled)).not.toContain('line 4');
    expect(JSON.stringify(await status(story.caseLot, gateway.adminKey))).toContain('line 4');
    // What is in a unit counts for the unit, what is of a lot for the item.
    expect(await status(story.unit, gateway.adminKey)).toMatchObject({ status: 'open', of: [story.caseLot] });
    expect(await status(`${story.caseLot}/21/S-1`)).toMatchObject({ status: 'open' });
  });

  test('of a gateway that is behind does not sound clear', async () => {
    const before = await status(story.otherLot);
    expect(before).toMatchObject({ status: 'none', stale: false });
    await network.stopLedger();
    const behind = await vi.waitUntil(
      async () => {
        clock.moveOn(staleAfterMs);
        const now = await status(story.otherLot);
        return now.stale === true ? now : null;
      },
      { timeout: 40_000, interval: 50 },
    );
    expect(behind).toMatchObject({ status: 'unknown' });
    expect(behind).not.toHaveProperty('gs1:isProductRecalled');
    const linkset = await resolve(pathOf(story.caseLot), { accept: 'application/linkset+json' });
    expect(linkset.headers.get('hopline-as-of')).toContain('stale=?1');
    expect(linkset.headers.get('cache-control')).toBe('private, no-store');
  });
});
