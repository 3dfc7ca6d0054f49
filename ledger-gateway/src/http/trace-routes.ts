import { deviceUrnSchema, glnSchema } from '@hopline/protocol';
import { canonical } from '@hopline/protocol/gs1';
import { Hono } from 'hono';
import { z } from 'zod';
import { keyDataOf, keyDataSchema } from '../fsma/key-data-of-trace.ts';
import { GatewayError } from '../gateway-error.ts';
import { commonSourceBodySchema, commonSourceSchema, readCommonSource } from '../query/trace/common-source.ts';
import { exposureSchema, readExposure } from '../query/trace/exposure.ts';
import { directionSchema, readTrace, traceSchema } from '../query/trace.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { AppEnv } from './app-context.ts';
import { requires } from './authenticate.ts';
import { type FreshnessSource, withFreshness } from './freshness-now.ts';
import { httpLimits } from './limits.ts';
import { parseRequest } from './problem-response.ts';
import { readJson } from './read-body.ts';
import { route } from './route.ts';

const maxIdentifierChars = 2_048;
const flag = z.enum(['true', 'false']).default('false');
const time = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional();

const traceQuery = z.object({
  from: z.string().min(1).max(maxIdentifierChars).optional(),
  place: glnSchema.optional(),
  fromMs: time,
  toMs: time,
  direction: directionSchema.default('both'),
  conditions: flag,
  keyData: flag,
});

const answerSchema = traceSchema.extend({
  /** Key data elements of FSMA 204 that are missing, where they were asked for. */
  keyData: keyDataSchema.nullable(),
});

const exposureQuery = z.object({
  node: z.string().max(40).optional(),
  sequence: z.coerce.number().int().min(0).optional(),
  position: z.coerce.number().int().min(0).optional(),
  device: deviceUrnSchema.optional(),
  place: glnSchema.optional(),
  unit: z.string().min(1).max(maxIdentifierChars).optional(),
  fromMs: time,
  toMs: time,
  further: flag,
});

/** Questions of an outbreak: where it all went, what suspects share, what else was there when something went wrong. */
export function traceRoutes(app: FreshnessSource & { readonly store: Pick<Store, 'snapshot'> }): Hono<AppEnv> {
  const { store, clock } = app;
  return new Hono<AppEnv>()
    .get(
      '/trace',
      requires('read'),
      route({
        summary: 'A trace from a lot, a serial number, a unit, or a place and a span of time',
        tag: 'traces',
        query: traceQuery,
        answer: answerSchema,
      }),
      async (c) => {
        const { from, place, fromMs, toMs, direction, conditions, keyData } = parseRequest(traceQuery, c.req.query());
        const elapsedMs = elapsedSince(performance.now());
        const start =
          from !== undefined && place === undefined
            ? canonical(from)
            : from === undefined && place !== undefined
              ? { place, ...spanOf(fromMs, toMs) }
              : refuse('give either from, or place with fromMs and toMs');
        const options = { nowMs: clock.now(), conditions: conditions === 'true' };
        const read = async (on: Queryable) => {
          const trace = await readTrace(on, start, direction, elapsedMs, options);
          const lots = trace.affected.filter(({ kind }) => kind === 'lot').map(({ id }) => id);
          return { ...trace, keyData: keyData === 'true' ? await keyDataOf(on, lots) : null };
        };
        return c.json(await withFreshness(app, () => store.snapshot(read)));
      },
    )
    .post(
      '/common-source',
      requires('read'),
      route({
        summary: 'Sources that suspect lots and complaints share, ranked',
        tag: 'traces',
        body: commonSourceBodySchema,
        answer: commonSourceSchema,
      }),
      async (c) => {
        const body = await readJson(c, commonSourceBodySchema, httpLimits.maxJsonBytes);
        if (body.suspects.length + body.complaints.length === 0) refuse('give suspects or complaints');
        const elapsedMs = elapsedSince(performance.now());
        return c.json(await withFreshness(app, () => store.snapshot((on) => readCommonSource(on, body, elapsedMs))));
      },
    )
    .get(
      '/exposure',
      requires('read'),
      route({
        summary: 'What was in the same place or unit as a device during an excursion, or during a span of time',
        tag: 'traces',
        query: exposureQuery,
        answer: exposureSchema,
      }),
      async (c) => {
        const query = parseRequest(exposureQuery, c.req.query());
        const asked = askedExposure(query);
        const options = {
          further: query.further === 'true',
          nowMs: clock.now(),
          elapsedMs: elapsedSince(performance.now()),
        };
        return c.json(await withFreshness(app, () => store.snapshot((on) => readExposure(on, asked, options))));
      },
    );
}

function askedExposure({ node, sequence, position, device, place, unit, ...span }: z.infer<typeof exposureQuery>) {
  const { fromMs, toMs } = span;
  if (node !== undefined && sequence !== undefined && position !== undefined) return { node, sequence, position };
  if ([device, place, unit].filter((each) => each !== undefined).length !== 1)
    refuse('give node, sequence and position of an excursion, or one of device, place and unit with fromMs and toMs');
  if (device !== undefined) return { device, ...spanOf(fromMs, toMs) };
  return {
    place: place ?? null,
    unit: unit === undefined ? null : canonical(unit),
    ...spanOf(fromMs, toMs),
  };
}

function spanOf(fromMs: number | undefined, toMs: number | undefined): { fromMs: number; toMs: number } {
  if (fromMs !== undefined && toMs !== undefined && fromMs <= toMs) return { fromMs, toMs };
  return refuse('a span of time has fromMs and toMs, in milliseconds, the earlier first');
}

function refuse(message: string): never {
  throw new GatewayError('bad-request', message);
}

function elapsedSince(started: number): () => number {
  return () => Math.round((performance.now() - started) * 100) / 100;
}
