import { ledgerEpcisLimits, parseEvent } from '@hopline/protocol/epcis';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { found, GatewayError } from '../../gateway-error.ts';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { demand, requires } from '../../http/authenticate.ts';
import { readBytes } from '../../http/read-body.ts';
import { captureDocument } from '../../intake/capture.ts';
import { captureWarningSchema, masterDataWarnings } from '../../intake/capture-warning.ts';
import { type CaptureDocument, demandOneTransaction, openCaptureDocument } from '../capture/capture-document.ts';
import {
  type CaptureJob,
  createJob,
  type ErrorBehaviour,
  errorBehaviours,
  idConflictSchema,
  jobErrorSchema,
  listJobs,
  readJob,
} from '../capture/capture-job.ts';
import { epcisLimits } from '../limits.ts';
import { questionOf, readPageToken, writePageToken } from '../query/page-token.ts';
import { readPage } from '../query/read-page.ts';
import { nextLink } from './answer-events.ts';
import { describe, paging } from './describe.ts';
import { captureHeaders, discovery, versionHeaders } from './discovery.ts';
import { demandJson, demandVersions, negotiateType } from './negotiate.ts';

const eventSchema = z.looseObject({ type: z.string() }).describe('An event of EPCIS 2.0');
const documentSchema = z
  .union([z.looseObject({ type: z.string() }), z.array(eventSchema)])
  .describe('An EPCISDocument or EPCISQueryDocument of EPCIS 2.0, a list of events, or one event');
const jobSchema = z.object({
  captureID: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  running: z.boolean(),
  success: z.boolean(),
  captureErrorBehaviour: z.enum(errorBehaviours),
  errors: z.array(jobErrorSchema),
  /** Hopline's own: events that are recorded as conflicts of their ids. */
  conflicts: z.array(idConflictSchema),
  /** Hopline's own: what of the document was not taken. */
  warnings: z.array(captureWarningSchema),
});

/** Capture in bulk as jobs, and of single events at once. */
export function captureRoutes(app: AppContext): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .options('/capture', ...discovery(['POST', 'GET', 'HEAD'], captureHeaders))
    .post(
      '/capture',
      describe({
        summary: 'Capture the events of a document in a job; GS1-Capture-Error-Behaviour: rollback or proceed',
        body: documentSchema,
        status: 202,
        takes: 'capture',
        gives: 'location',
      }),
      requires('capture'),
      (c) => takeDocument(app, c),
    )
    .get(
      '/capture',
      describe({
        summary: 'Capture jobs, the latest first',
        query: z.object(paging),
        answer: z.array(jobSchema),
        gives: 'page',
      }),
      requires('capture'),
      (c) => answerJobs(app, c),
    )
    .options('/capture/:captureID', ...discovery(['GET', 'HEAD']))
    .get(
      '/capture/:captureID',
      describe({ summary: 'How a capture job stands', answer: jobSchema }),
      requires('capture'),
      async (c) => {
        const type = negotiateType(c);
        demandVersions(c);
        const id = c.req.param('captureID');
        const job = found(await readJob(app.store, id), 'the capture job', { captureID: id });
        return c.body(JSON.stringify(shownJob(job)), 200, { 'content-type': type, ...versionHeaders });
      },
    )
    .post(
      '/events',
      describe({
        summary: 'Capture one event at once',
        body: eventSchema,
        answer: eventSchema,
        status: 201,
        takes: 'event',
        gives: 'location',
      }),
      requires('capture'),
      (c) => takeEvent(app, c),
    );
}

/**
 * The 202 promises that the job is kept: it will be done, also by a gateway that was killed in between. A document that is
 * not of its form is refused at once, and nothing of it is captured.
 */
async function takeDocument(app: AppContext, c: Context<AppEnv>): Promise<Response> {
  const { document, bytes } = await readDocument(c);
  const behaviour = errorBehaviour(c);
  if (behaviour === 'rollback') {
    demandOneTransaction(document);
    for (const event of document.events) parseEvent(event, ledgerEpcisLimits);
  }
  const caller = demand(c, 'capture');
  const job = await createJob(
    app.store,
    {
      id: Buffer.from(app.randomBytes(16)).toString('hex'),
      behaviour,
      caller: `${caller.kind} ${caller.id}`,
      createdMs: app.clock.now(),
      events: document.events.length,
      warnings: masterDataWarnings(document.masterData),
    },
    bytes,
  );
  app.epcis.captures.wake();
  return c.body(null, 202, { ...versionHeaders, Location: `/epcis/capture/${job.id}` });
}

async function readDocument(c: Context<AppEnv>): Promise<{ document: CaptureDocument; bytes: Uint8Array }> {
  demandJson(c);
  demandVersions(c);
  const bytes = await readBytes(c, epcisLimits.maxCaptureBytes);
  return { document: openCaptureDocument(bytes), bytes };
}

function errorBehaviour(c: Context<AppEnv>): ErrorBehaviour {
  const wanted = c.req.header('GS1-Capture-Error-Behaviour') ?? 'rollback';
  const behaviour = errorBehaviours.find((one) => one === wanted);
  if (behaviour !== undefined) return behaviour;
  throw new GatewayError('bad-request', 'GS1-Capture-Error-Behaviour is rollback or proceed', { value: wanted });
}

/** One event, synchronously: the 201 says that it is committed and valid. The same event again is a 409. */
async function takeEvent(app: AppContext, c: Context<AppEnv>): Promise<Response> {
  const type = negotiateType(c);
  const { document } = await readDocument(c);
  const [event] = document.events;
  if (event === undefined || document.events.length > 1) {
    throw new GatewayError('bad-request', 'one event is taken here; several go to /epcis/capture', {
      events: document.events.length,
    });
  }
  const [warning] = masterDataWarnings(document.masterData);
  // The 201 is the event itself, and has no place for a warning.
  if (warning !== undefined) throw new GatewayError('bad-request', warning.title, { pointer: warning.pointer });
  const { events } = await captureDocument(app.capture, document.json);
  const [captured] = events;
  if (captured === undefined) throw new Error('the chaincode answered for no event');
  const { outcome, eventId } = captured;
  const id = eventId ?? captured.event;
  if (outcome === 'duplicate') throw new GatewayError('conflict', 'the event was captured before', { eventID: id });
  if (outcome === 'conflict') {
    throw new GatewayError(
      'conflict',
      'the id belongs to an event with other content; this one is recorded as a conflict, and has no effect',
      { eventID: id, event: captured.event },
    );
  }
  const body = JSON.stringify({ ...event.source, eventID: id });
  const headers = { 'content-type': type, ...versionHeaders, Location: `/epcis/events/${encodeURIComponent(id)}` };
  return c.body(body, 201, headers);
}

async function answerJobs(app: AppContext, c: Context<AppEnv>): Promise<Response> {
  const type = negotiateType(c);
  demandVersions(c);
  const { perPage, token } = readPage(new URL(c.req.url).searchParams);
  const question = questionOf('capture');
  const from = token === undefined ? null : readPageToken(token, question).from;
  const jobs = await listJobs(app.store, from?.by === 'commit' ? from.seq : null, perPage + 1);
  const shown = jobs.slice(0, perPage);
  const last = shown.at(-1);
  const next =
    last === undefined || jobs.length <= perPage
      ? null
      : writePageToken({ question, asOf: 0, from: { by: 'commit', seq: last.seq }, given: 0 });
  return c.body(JSON.stringify(shown.map(shownJob)), 200, {
    'content-type': type,
    ...versionHeaders,
    ...nextLink(c, next),
  });
}

function shownJob(job: CaptureJob): z.infer<typeof jobSchema> {
  return {
    captureID: job.id,
    createdAt: new Date(job.createdMs).toISOString(),
    ...(job.finishedMs === null ? {} : { finishedAt: new Date(job.finishedMs).toISOString() }),
    running: job.finishedMs === null,
    success: job.errors.length === 0,
    captureErrorBehaviour: job.behaviour,
    errors: [...job.errors],
    conflicts: [...job.conflicts],
    warnings: [...job.warnings],
  };
}
