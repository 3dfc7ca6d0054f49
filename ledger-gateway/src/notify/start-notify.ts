import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { systemResolve } from './address-guard.ts';
import { cleanUpNotices } from './clean-up-notices.ts';
import { DeliveryLoop } from './deliver-notices.ts';
import { notifyLimits } from './limits.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import type { NotifyOptions } from './notify-options.ts';
import { postWebhook } from './post-webhook.ts';
import type { Outcome } from './schedule.ts';
import { openSecretBox } from './secret-box.ts';
import { createMailer } from './send-email.ts';

export interface NotifyParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Folder of the key that seals secrets. */
  readonly dataFolder: string;
  readonly options: NotifyOptions;
}

/** The notifier, and the work that delivers until its signal is given. */
export interface RunningNotify {
  readonly notifier: Notifier;
  run(signal: AbortSignal): Promise<void>;
}

/** Opens the outbox of a gateway. Nothing is delivered before `run`. */
export async function startNotify(parts: NotifyParts): Promise<RunningNotify> {
  const { store, clock, log, options } = parts;
  const box = await openSecretBox(parts.dataFolder);
  const ca = options.caFile === undefined ? undefined : await readFile(options.caFile, 'utf8');
  const mailer = options.smtp ? createMailer(options.smtp) : null;
  const count = countOutcomes(parts.metrics, store);
  const webhooks = { allowPrivate: options.allowPrivate, resolve: systemResolve, ca };
  const loop = new DeliveryLoop({
    store,
    box,
    clock,
    random: Math.random,
    async deliver(notice, atMs, signal) {
      if (notice.kind === 'webhook') return postWebhook(notice, atMs, webhooks, signal);
      if (mailer) return mailer.send(notice, atMs, signal);
      const attempt = { atMs, status: null, answer: 'this gateway has no mail server in its options' };
      return { kind: 'final', reason: 'not-configured', attempt };
    },
    onOutcome: ({ id, kind, target, type }, outcome, durationMs) => {
      count(kind, outcome, durationMs);
      const { status, answer } = outcome.attempt;
      const level = outcome.kind === 'delivered' ? 'debug' : 'warn';
      log[level]({ notice: id, kind, target, type, outcome: outcome.kind, status, answer }, 'notice');
    },
    onError: (error) => log.error({ err: error }, 'the outbox of notices could not be worked on'),
  });
  return {
    notifier: createNotifier(store, box, clock, () => loop.wake()),
    async run(signal) {
      await Promise.all([loop.run(signal), cleanUp(parts, signal)]);
      mailer?.close();
    },
  };
}

async function cleanUp({ store, clock, log }: NotifyParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await cleanUpNotices(store, clock.now()).catch((error: unknown) => {
      log.error({ err: error }, 'old notices could not be removed');
    });
    await clock.sleep(notifyLimits.cleanUpIntervalMs, signal);
  }
}

function countOutcomes(registry: Registry, store: Store) {
  const registers = [registry];
  const attempts = new Counter({
    name: 'hopline_notice_attempts_total',
    help: 'Attempts to deliver a notice by outcome',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'hopline_notice_attempt_seconds',
    help: 'Time of one attempt',
    labelNames: ['kind'],
    buckets: [0.05, 0.2, 1, 5, 20],
    registers,
  });
  new Gauge({
    name: 'hopline_notices',
    help: 'Notices by how they stand',
    labelNames: ['state'],
    registers,
    async collect() {
      const rows = await store.query<{ state: string; count: number }>(
        'select state, count(*)::bigint as count from notice_states group by state',
      );
      this.reset();
      for (const { state, count } of rows) this.set({ state }, count);
    },
  });
  return (kind: string, outcome: Outcome, durationMs: number) => {
    attempts.inc({ kind, outcome: outcome.kind === 'final' ? outcome.reason : outcome.kind });
    seconds.observe({ kind }, durationMs / 1000);
  };
}
