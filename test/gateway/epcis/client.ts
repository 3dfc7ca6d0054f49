import { expect, vi } from 'vitest';
import type { RunningGateway } from '../network.ts';
import { nameOf } from './events.ts';

/** What a query answered: status, headers, and the events by their names. */
export interface Found {
  readonly names: readonly string[];
  readonly events: readonly Record<string, unknown>[];
  readonly next: string | null;
  readonly response: Response;
}

interface QueryDocument {
  readonly '@context': unknown;
  readonly epcisBody: {
    readonly queryResults: { readonly resultsBody: { readonly eventList: Record<string, unknown>[] } };
  };
}

/** Asks for events below `/epcis` and reads the answer. */
export async function findEvents(gateway: RunningGateway, path: string, headers: HeadersInit = {}): Promise<Found> {
  const response = await gateway.api.fetch(path, { headers });
  const body: unknown = await response.json();
  expect(response.status, `${path}: ${JSON.stringify(body)}`).toBe(200);
  const events = (body as QueryDocument).epcisBody.queryResults.resultsBody.eventList;
  const link = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '');
  return { events, names: events.map(({ eventID }) => nameOf(String(eventID))), next: link?.[1] ?? null, response };
}

/** Posts a document to `/epcis/capture`. */
export function postCapture(gateway: RunningGateway, document: unknown, headers: HeadersInit = {}): Promise<Response> {
  return gateway.api.fetch('/epcis/capture', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof document === 'string' ? document : JSON.stringify(document),
  });
}

export interface JobError {
  readonly type: string;
  readonly code: string;
  readonly pointer: string;
  readonly eventID?: string;
}

export interface Job {
  readonly running: boolean;
  readonly success: boolean;
  readonly captureErrorBehaviour: string;
  readonly errors: readonly JobError[];
  readonly conflicts: readonly { readonly pointer: string }[];
}

/** Captures a document and waits for the end of its job. */
export async function capture(gateway: RunningGateway, document: unknown, behaviour = 'rollback'): Promise<Job> {
  const response = await postCapture(gateway, document, { 'GS1-Capture-Error-Behaviour': behaviour });
  expect(response.status, await response.clone().text()).toBe(202);
  return finishedJob(gateway, response.headers.get('location') ?? '');
}

export async function finishedJob(gateway: RunningGateway, location: string): Promise<Job> {
  return vi.waitUntil(
    async () => {
      const job = (await (await gateway.api.fetch(location)).json()) as Job;
      return job.running ? null : job;
    },
    { timeout: 60_000, interval: 50 },
  );
}
