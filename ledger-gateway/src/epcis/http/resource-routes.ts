import { ProtocolError } from '@hopline/protocol';
import { bareTerm, bizSteps, canonicalId, dispositions, vocabularies } from '@hopline/protocol/epcis';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { found } from '../../gateway-error.ts';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { requires } from '../../http/authenticate.ts';
import { epcisContext } from '../answer/query-document.ts';
import { fields } from '../index/index-event.ts';
import { valueKey } from '../index/value-row.ts';
import { hasValue, listValues, type ValueSource } from '../query/list-values.ts';
import { questionOf, readPageToken, writePageToken } from '../query/page-token.ts';
import { parseQuery } from '../query/parse-query.ts';
import type { Predicate } from '../query/predicate.ts';
import { rawFromUrl } from '../query/raw-parameters.ts';
import { readPage } from '../query/read-page.ts';
import { eventTypes, term } from '../query/standard-parameters.ts';
import { answerEvents, nextLink, readWishes, translationFor } from './answer-events.ts';
import { describe, openNames, paging, queryParameters } from './describe.ts';
import { discovery, versionHeaders } from './discovery.ts';
import { queryDocumentSchema } from './event-routes.ts';

const collectionSchema = z.object({
  '@context': z.unknown(),
  type: z.literal('Collection'),
  member: z.array(z.string()),
});

interface Resource {
  readonly name: string;
  readonly source: ValueSource;
  /** The value as it is indexed. Throws ProtocolError. */
  readonly read: (value: string) => string;
  readonly selects: (value: string) => Predicate;
  /** Values that the standard gives: they are there whether or not an event holds them. */
  readonly standard: readonly string[];
  /** Whether values are identifiers, which GS1-EPC-Format may change. */
  readonly identifiers: boolean;
}

const resources: readonly Resource[] = [
  column('eventTypes', 'type', (value) => value, eventTypes),
  column('bizSteps', 'biz_step', (value) => bareTerm(vocabularies.bizStep, value), bizSteps),
  column('dispositions', 'disposition', (value) => bareTerm(vocabularies.disposition, value), dispositions),
  column('bizLocations', 'biz_location', canonicalId, null),
  column('readPoints', 'read_point', canonicalId, null),
  {
    name: 'epcs',
    source: 'item',
    read: canonicalId,
    standard: [],
    identifiers: true,
    selects: (value) => ({
      kind: 'match',
      fields: [
        fields.epc,
        fields.parent,
        fields.inputEpc,
        fields.outputEpc,
        fields.epcClass,
        fields.inputClass,
        fields.outputClass,
      ],
      patterns: [{ kind: 'exact', id: valueKey(value) }],
    }),
  },
];

/** @param standard `null` for identifiers, of which the standard gives none */
function column(
  name: string,
  source: Exclude<ValueSource, 'item'>,
  read: Resource['read'],
  standard: readonly string[] | null,
): Resource {
  return {
    name,
    source,
    read,
    standard: standard ?? [],
    identifiers: standard === null,
    selects: (value) => term(source, [value]),
  };
}

const topLevel = ['events', ...resources.map(({ name }) => name), 'capture', 'queries'];

/** The top-level resources of the standard: what there is, and the events of each. */
export function resourceRoutes(app: AppContext): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.options('/', ...discovery(['GET', 'HEAD']));
  routes.get(
    '/',
    describe({ summary: 'The top-level resources of EPCIS', answer: collectionSchema }),
    requires('read'),
    (c) => collection(c, topLevel, null),
  );
  routes.delete(
    '/nextPageToken/:token',
    describe({ summary: 'Give a page token back: nothing is kept for it' }),
    requires('read'),
    (c) => c.body(null, 204),
  );
  for (const resource of resources) addResource(routes, app, resource);
  return routes;
}

function addResource(routes: Hono<AppEnv>, app: AppContext, resource: Resource): void {
  const { name, source } = resource;
  routes.options(`/${name}`, ...discovery(['GET', 'HEAD']));
  routes.get(
    `/${name}`,
    describe({
      summary: `Values of ${name}: those of the standard, and those that events hold`,
      query: z.object(paging),
      takes: 'form',
      gives: 'page',
      answer: collectionSchema,
    }),
    requires('read'),
    async (c) => {
      const { format } = readWishes(c);
      const { perPage, token } = readPage(new URL(c.req.url).searchParams);
      const question = questionOf(name);
      const after = token === undefined ? null : readPageToken(token, question);
      const from = after?.from;
      const behind = from?.by === 'text' ? from.text : null;
      const values = await listValues(app.store, source, behind, perPage + 1, resource.standard);
      const shown = values.slice(0, perPage);
      const last = shown.at(-1);
      const given = (after?.given ?? 0) + shown.length;
      const next =
        last === undefined || values.length <= perPage
          ? null
          : writePageToken({ question, asOf: 0, from: { by: 'text', text: last }, given });
      const translate = await translationFor(app, resource.identifiers ? format : 'No_Preference');
      const members = shown.map((value) => String(translate({ epcClass: value }).epcClass));
      return collection(c, members, next);
    },
  );
  routes.options(`/${name}/:value`, ...discovery(['GET', 'HEAD']));
  routes.get(
    `/${name}/:value`,
    describe({ summary: `What there is of one of the ${name}`, answer: collectionSchema }),
    requires('read'),
    async (c) => {
      await knownValue(app, resource, c.req.param('value'));
      return collection(c, ['events'], null);
    },
  );
  routes.options(`/${name}/:value/events`, ...discovery(['GET', 'HEAD']));
  routes.get(
    `/${name}/:value/events`,
    describe({
      summary: `Events of one of the ${name}`,
      description: openNames,
      query: queryParameters,
      answer: queryDocumentSchema,
      takes: 'events',
      gives: 'page',
    }),
    requires('read'),
    async (c) => {
      const value = await knownValue(app, resource, c.req.param('value'));
      const query = parseQuery(rawFromUrl(new URL(c.req.url).searchParams, c.req.header('GS1-Extensions')));
      return answerEvents(app, c, { ...query, predicates: [resource.selects(value), ...query.predicates] });
    },
  );
}

/** A value of a path in its one form; `not-found` where neither the standard nor an event has it. */
async function knownValue(app: AppContext, { name, source, read, standard }: Resource, text: string): Promise<string> {
  const value = readOrNull(read, text);
  const known = value !== null && (standard.includes(value) || (await hasValue(app.store, source, valueKey(value))));
  return found(known ? value : null, `this one of ${name}`, { value: text });
}

function readOrNull(read: (text: string) => string, text: string): string | null {
  try {
    return read(text);
  } catch (error) {
    // What can't be an identifier or a term here is of no event either.
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

function collection(c: Context<AppEnv>, member: readonly string[], next: string | null): Response {
  const { type } = readWishes(c);
  return c.body(JSON.stringify({ '@context': [epcisContext], type: 'Collection', member }), 200, {
    'content-type': type,
    ...versionHeaders,
    ...nextLink(c, next),
  });
}
