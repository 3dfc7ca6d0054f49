import { organisationRecordSchema, productRecordSchema, siteRecordSchema } from '@hopline/protocol';
import { canonicalLink } from '@hopline/protocol/gs1';
import {
  certificationJsonLd,
  type JsonLd,
  parseResolvable,
  placeJsonLd,
  productJsonLd,
  type Resolvable,
  targetPath,
} from '@hopline/protocol/resolver';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { found, GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { freshnessNow } from '../http/freshness-now.ts';
import { route } from '../http/route.ts';
import { asOfSchema } from '../query/freshness.ts';
import { publicLotSchema, readPublicLot } from '../query/lot.ts';
import { readUnit, unitSchema } from '../query/unit.ts';
import { asOfHeader, formatAsOf } from './as-of-header.ts';
import { readCertificates } from './read-certificates.ts';
import { readLevels } from './read-levels.ts';
import { readRecalls } from './read-recall.ts';
import { type RecallAnswer, recallAnswer, recallAnswerSchema } from './recall-answer.ts';
import { createGate, openToAllOrigins, shortTime } from './resolver-context.ts';

const jsonLdType = 'application/ld+json';
const masterDataSchema = z.looseObject({ '@id': z.string(), ...asOfSchema.shape });
const certificationSchema = masterDataSchema.extend({
  certificates: z.array(z.looseObject({ uri: z.string() })),
});

/** Terms of these answers that the GS1 Web Vocabulary has none for, as JSON-LD. */
const ownTerms = { '@vocab': 'urn:hopline:voc:' };

/** Paths behind a target's name that the OpenAPI document shows; other forms of the same links are answered too. */
const product = ['/01/:gtin'];
const lot = ['/01/:gtin/10/:lot'];
const item = ['/01/:gtin/21/:serial', '/01/:gtin/10/:lot/21/:serial'];
const unit = ['/00/:sscc'];
const place = ['/414/:gln'];

/** What the resolver's links lead to, below `/api/digital-link`: each answers for the Digital Link's path behind it. */
export function targetRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock } = app;
  const gate = createGate(app);
  const base = targetPath.replace(/^\/api/, '');
  const routes = new Hono<AppEnv>().use(`${base}/*`, openToAllOrigins());
  const target = (
    name: string,
    paths: readonly string[],
    described: { readonly summary: string; readonly answer: z.ZodType; readonly answerType: string },
    answer: (c: Context<AppEnv>, identifier: Resolvable) => Promise<Response>,
  ) => {
    const description = route({ ...described, tag: 'digital-link', open: true });
    for (const path of paths) routes.get(`${base}/${name}${path}`, description);
    routes.get(`${base}/${name}/*`, (c) => answer(c, identifierOf(c, name)));
  };
  target(
    'recall-status',
    [...lot, ...item, ...unit],
    {
      summary: 'Whether a lot, item or unit is recalled, as of now',
      answer: recallAnswerSchema,
      answerType: jsonLdType,
    },
    async (c, identifier) => {
      const mayRead = gate.admit(c, identifier);
      const fresh = freshnessNow(app);
      const known = (await readLevels(store, identifier)).some((level) => level.identifier.kind !== 'gtin');
      if (!known) throw new GatewayError('not-found', 'nothing is known here of what this link names', { ...fresh });
      const answer: RecallAnswer = recallAnswer(await readRecalls(store, identifier), mayRead, fresh);
      const thing = 'gtin' in identifier ? productJsonLd(identifier, null) : unitJsonLd(identifier);
      // Nobody may keep this: a recall counts from the block on that opens it.
      return jsonLd(c, fresh, 'no-store', { ...thing, ...answer }, ownTerms);
    },
  );
  target(
    'master-data',
    [...product, ...lot, ...item, ...place],
    {
      summary: 'Master data in the GS1 Web Vocabulary; strangers get a product’s name',
      answer: masterDataSchema,
      answerType: jsonLdType,
    },
    async (c, identifier) => {
      const mayRead = gate.admit(c, identifier);
      const fresh = freshnessNow(app);
      const data = await masterData(identifier, mayRead);
      return jsonLd(c, fresh, shortTime(mayRead, fresh.stale), { ...data, ...fresh }, ownTerms);
    },
  );
  target(
    'certification',
    [...product, ...lot, ...item, ...unit],
    { summary: 'Certificates that events about it name', answer: certificationSchema, answerType: jsonLdType },
    async (c, identifier) => {
      if (!gate.admit(c, identifier)) {
        throw new GatewayError('unauthenticated', 'certificates need credentials: an API key or a token');
      }
      const fresh = freshnessNow(app);
      const certificates = await readCertificates(store, identifier);
      found(certificates[0], 'a certificate', { link: canonicalLink(identifier), ...fresh });
      const uris = certificates.map(({ uri }) => uri);
      const body = { ...certificationJsonLd(identifier, uris), certificates, ...fresh };
      return jsonLd(c, fresh, 'private, no-store', body, ownTerms);
    },
  );
  target(
    'traceability',
    [...lot, ...unit],
    {
      summary: 'Where a lot has been: its public fields; where a unit has',
      answer: z.union([publicLotSchema, unitSchema]),
      answerType: 'application/json',
    },
    async (c, identifier) => {
      gate.admit(c, identifier);
      const fresh = freshnessNow(app);
      c.header(asOfHeader, formatAsOf(fresh));
      switch (identifier.kind) {
        case 'lgtin':
          return c.json({ ...(await readPublicLot(store, identifier.gtin, identifier.lot, clock.now())), ...fresh });
        case 'sscc':
          return c.json({ ...(await readUnit(store, identifier.sscc, clock.now())), ...fresh });
        default:
          throw new GatewayError('not-found', 'only lots and units have a way of their own', { ...fresh });
      }
    },
  );

  return routes;

  async function masterData(identifier: Resolvable, mayRead: boolean): Promise<JsonLd> {
    const link = canonicalLink(identifier);
    switch (identifier.kind) {
      case 'gtin':
      case 'lgtin':
      case 'sgtin': {
        found((await readLevels(store, identifier))[0], 'what this link names', { link });
        const [row] = await store.query<{ record: unknown }>('select record from products where gtin = $1', [
          identifier.gtin,
        ]);
        const product = row ? productRecordSchema.parse(row.record) : null;
        return productJsonLd(identifier, mayRead || product === null ? product : { name: product.name });
      }
      case 'gln':
      case 'sgln': {
        const [row] = await store.query<{ site: unknown; organisation: unknown }>(
          `select s.record as site, o.record as organisation
           from sites s left join organisations o on o.msp_id = s.msp_id where s.gln = $1`,
          [identifier.gln],
        );
        const { site, organisation } = found(row, 'the place', { link });
        const owner = organisation === null ? null : organisationRecordSchema.parse(organisation);
        return placeJsonLd(identifier, siteRecordSchema.parse(site), owner);
      }
      case 'sscc':
        throw new GatewayError('not-found', 'a logistic unit has no master data', { link });
    }
  }
}

/** The identifier whose Digital Link's path stands behind a target's. */
function identifierOf(c: Context<AppEnv>, target: string): Resolvable {
  return parseResolvable(c.req.path.slice(`${targetPath}/${target}`.length));
}

function unitJsonLd(identifier: Resolvable): JsonLd {
  return { '@context': {}, '@id': canonicalLink(identifier) };
}

function jsonLd(
  c: Context<AppEnv>,
  fresh: Parameters<typeof formatAsOf>[0],
  cacheControl: string,
  body: JsonLd | (JsonLd & RecallAnswer),
  terms: Readonly<Record<string, string>>,
): Response {
  c.header('cache-control', cacheControl);
  c.header('vary', 'authorization, cookie');
  c.header(asOfHeader, formatAsOf(fresh));
  const context = { ...body['@context'], ...terms };
  return c.body(JSON.stringify({ ...body, '@context': context }), 200, { 'content-type': jsonLdType });
}
