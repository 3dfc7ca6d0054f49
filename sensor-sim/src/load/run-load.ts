import { channelName } from '@hopline/protocol';
import { type Journal, payloadDigest } from '../device/journal.ts';
import { type Link, openLinkAndWait, type PublishOutcome } from '../device/link.ts';
import { countBy, hexCode } from '../device/tally.ts';
import { SimError } from '../error.ts';
import { createRandom } from '../random/random.ts';
import { type LoadDevice, type LoadMessage, messageMaker } from './messages.ts';
import { type LatencyMs, latencies } from './percentiles.ts';

export interface LoadOptions {
  /** Each has a connection of its own, unless `connections` says fewer. */
  readonly devices: readonly LoadDevice[];
  /** Messages in all, spread evenly over the devices. */
  readonly messages: number;
  /** Unacknowledged messages a connection may have on their way. */
  readonly inFlight: number;
  /** Fewer connections than devices: for brokers that let one client speak for many. */
  readonly connections?: number;
  /** Signs all messages before the clock starts, so that the client's own work is not measured. */
  readonly preSign: boolean;
  readonly protocolVersion: 4 | 5;
  readonly channel?: string;
  readonly seed: number;
  readonly nowMs: () => number;
  readonly journal?: Journal;
  readonly connectTimeoutMs?: number;
  /** How long nothing may be settled before the run is given up. */
  readonly stallTimeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The connections stand and, with `preSign`, everything is signed: the clock starts now. */
  readonly onStart?: () => void;
  readonly onProgress?: (acknowledged: number) => void;
}

export interface LoadResult {
  readonly acknowledged: number;
  readonly quarantined: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Sent, and without an answer when the run was given up or interrupted. */
  readonly unsettled: number;
  readonly seconds: number;
  /** Acknowledged messages a second; nothing else counts. */
  readonly messagesPerSecond: number;
  /** From handing a message to the client until its PUBACK. */
  readonly latencyMs: LatencyMs;
  readonly connections: number;
  readonly payloadBytes: number;
}

export const maxLoadMessages = 10_000_000;
const defaultConnectTimeoutMs = 20_000;
const defaultStallTimeoutMs = 30_000;
const progressEvery = 1000;

interface Lane {
  readonly device: LoadDevice;
  readonly topic: string;
  readonly link: Link;
  readonly epoch: number;
  readonly count: number;
  readonly next: () => Promise<LoadMessage>;
}

/**
 * Publishes as fast as acknowledgements come and measures it. Throws `bad-argument`, `connection-failed`, `timed-out`
 * when nothing moves any more, or the signal's reason.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  check(options);
  const connections = Math.min(options.connections ?? options.devices.length, options.devices.length);
  const links: Link[] = [];
  try {
    for (let i = 0; i < connections; i++) links.push(await openLoadLink(options, i));
    const lanes = await Promise.all(options.devices.map((device, i) => openLane(options, links, device, i)));
    return await publishAll(options, lanes, links.length);
  } finally {
    await Promise.all(links.map((link) => link.close()));
  }
}

function check({ devices, messages, inFlight }: LoadOptions): void {
  if (devices.length === 0) throw new SimError('bad-argument', 'a load run needs a device');
  if (!(messages >= 1 && messages <= maxLoadMessages)) {
    throw new SimError('bad-argument', `messages must be 1 to ${maxLoadMessages}`, { messages });
  }
  if (!(inFlight >= 1)) throw new SimError('bad-argument', 'at least one message must be in flight', { inFlight });
}

function openLoadLink(options: LoadOptions, index: number): Promise<Link> {
  const device = options.devices[index] as LoadDevice;
  const silent = { connected: () => {}, disconnected: () => {}, failed: () => {} };
  return openLinkAndWait(
    {
      url: device.url,
      clientId: device.device,
      username: device.password === undefined ? undefined : device.device,
      password: device.password,
      protocolVersion: options.protocolVersion,
      keepSession: device.key === null,
      uniform: createRandom(options.seed, 'load link', index).uniform,
    },
    silent,
    options.connectTimeoutMs ?? defaultConnectTimeoutMs,
  );
}

async function openLane(
  options: LoadOptions,
  links: readonly Link[],
  device: LoadDevice,
  index: number,
): Promise<Lane> {
  const link = links[index % links.length] as Link;
  const epoch = Math.floor(options.nowMs() / 1000);
  const maker = messageMaker(device, options.channel ?? channelName, epoch, options.seed);
  const opening = await maker.opening();
  if (opening) await new Promise((resolve) => link.publish(`epochs/${device.device}`, opening, resolve));
  const { messages, devices } = options;
  const count = Math.floor(messages / devices.length) + (index < messages % devices.length ? 1 : 0);
  const lane = { device, topic: `readings/${device.device}`, link, epoch, count };
  if (!options.preSign) return { ...lane, next: () => maker.next(options.nowMs()) };
  // A millisecond apart and up to now: distinct, and ahead of nobody's clock.
  const endMs = options.nowMs();
  const signed: LoadMessage[] = [];
  for (let i = 0; i < count; i++) signed.push(await maker.next(endMs - count + i));
  let taken = 0;
  return { ...lane, next: async () => signed[taken++] as LoadMessage };
}

async function publishAll(options: LoadOptions, lanes: readonly Lane[], connections: number): Promise<LoadResult> {
  const spent = new Float64Array(options.messages);
  const refused: Record<string, number> = {};
  let acknowledged = 0;
  let quarantined = 0;
  let payloadBytes = 0;
  let sent = 0;
  let settled = 0;
  options.onStart?.();
  let lastMoveMs = performance.now();
  const startedMs = performance.now();

  const settle = (lane: Lane, message: LoadMessage, sentMs: number, outcome: PublishOutcome) => {
    lastMoveMs = performance.now();
    settled++;
    if (outcome.kind === 'refused') countBy(refused, hexCode(outcome.reasonCode));
    if (outcome.kind !== 'acknowledged') return;
    spent[acknowledged++] = lastMoveMs - sentMs;
    payloadBytes += message.payload.length;
    if (outcome.reason?.startsWith('quarantined')) quarantined++;
    if (options.journal) options.journal.append(journalLine(lane, message, options.nowMs()));
    if (acknowledged % progressEvery === 0) options.onProgress?.(acknowledged);
  };
  const lanesOfLink = Map.groupBy(lanes, ({ link }) => link);
  const stop = new AbortController();
  const watch = setInterval(() => {
    const stallMs = options.stallTimeoutMs ?? defaultStallTimeoutMs;
    if (performance.now() - lastMoveMs < stallMs) return;
    stop.abort(new SimError('timed-out', `nothing was acknowledged for ${stallMs / 1000} s`, { acknowledged, sent }));
  }, 250);
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  try {
    await Promise.all(
      [...lanesOfLink].map(([link, group]) =>
        pumpLink(group, Math.min(options.inFlight, link.receiveMaximum), signal, () => sent++, settle),
      ),
    );
  } finally {
    clearInterval(watch);
  }
  const seconds = (lastMoveMs - startedMs) / 1000;
  return {
    acknowledged,
    quarantined,
    refused,
    unsettled: sent - settled,
    seconds,
    messagesPerSecond: acknowledged / seconds,
    latencyMs: latencies(spent.subarray(0, acknowledged)),
    connections,
    payloadBytes,
  };
}

/** Sends the messages of a link's devices in turn, `window` of them on their way; ends when all are settled. */
function pumpLink(
  lanes: readonly Lane[],
  window: number,
  signal: AbortSignal,
  onSent: () => void,
  onSettled: (lane: Lane, message: LoadMessage, sentMs: number, outcome: PublishOutcome) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const total = lanes.reduce((sum, { count }) => sum + count, 0);
  let taken = 0;
  let settled = 0;
  const sendNext = async () => {
    if (taken >= total || signal.aborted) return;
    const lane = lanes[taken++ % lanes.length] as Lane;
    const message = await lane.next();
    const sentMs = performance.now();
    onSent();
    lane.link.publish(lane.topic, message.payload, (outcome) => {
      onSettled(lane, message, sentMs, outcome);
      settled++;
      if (settled === total) resolve();
      else sendNext().catch(reject);
    });
  };
  if (total === 0) resolve();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  for (let i = 0; i < window; i++) sendNext().catch(reject);
  return promise;
}

function journalLine({ device, epoch }: Lane, { payload, counter }: LoadMessage, ackedAtMs: number) {
  return {
    node: device.node,
    device: device.device,
    epoch: counter === null ? null : epoch,
    counter,
    digest: payloadDigest(payload),
    ackedAtMs,
  };
}
