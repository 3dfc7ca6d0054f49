import {
  type DeviceSequence,
  encodeSenmlJson,
  type RawPack,
  type SigningKey,
  signEpochOpening,
  signReading,
} from '@hopline/protocol';
import { SimError } from '../error.ts';
import type { Random } from '../random/random.ts';
import { type BackoffOptions, defaultBackoff } from './backoff.ts';
import { type Journal, payloadDigest } from './journal.ts';
import { type Link, openLink, type PublishOutcome } from './link.ts';
import { type Misbehaviour, misbehave } from './misbehaviour.ts';
import { Outbox, type OutboxEntry } from './outbox.ts';
import { isPushBack, PushBack } from './push-back.ts';
import { SequenceKeeper } from './sequence-keeper.ts';
import type { DeviceMemory, DeviceStore } from './store.ts';
import { countBy, emptyTally, hexCode, type Tally } from './tally.ts';
import { Watchers } from './watchers.ts';

export interface DeviceOptions {
  /** Its URN: MQTT user name, client id, and part of its topics. */
  readonly device: string;
  readonly channel: string;
  /** `null` for a legacy device, which sends SenML-JSON and signs nothing. */
  readonly key: SigningKey | null;
  readonly password?: string;
  readonly protocolVersion: 4 | 5;
  /** Address of an edge node (`{gln}/{n}`). */
  readonly urlOf: (node: string) => string;
  readonly store: DeviceStore;
  readonly journal: Journal | null;
  readonly nowMs: () => number;
  readonly random: Random;
  readonly inFlightWindow?: number;
  readonly outboxCapacity?: number;
  readonly backoff?: BackoffOptions;
}

const defaultInFlightWindow = 32;
const defaultOutboxCapacity = 50_000;
/** How long a device that is moved or stopped waits for answers on their way. */
const settleTimeoutMs = 10_000;
const quarantinedPrefix = 'quarantined: ';
/** Far beyond what the run will use: for wrong messages that must not take a good reading's place. */
const unusedCounterDistance = 1_000_000_000;

/** Makes a device with what its store remembers of it; a new one begins an epoch named by the time. */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  const memory = await options.store.load(options.device);
  return new Device(options, memory ?? newMemory(options.nowMs()));
}

function newMemory(nowMs: number): DeviceMemory {
  return { epoch: Math.floor(nowMs / 1000), nextCounter: 0, openedEpochs: {}, undelivered: [] };
}

/**
 * One sensor: records, keeps, and delivers in order whenever it has a network. A reading leaves its memory only when the
 * broker has acknowledged it or has refused it for good.
 */
export class Device {
  readonly urn: string;
  readonly tally: Tally = emptyTally();
  /** Why the last connection did not come about; `null` once one has. */
  lastFailure: string | null = null;
  readonly #options: DeviceOptions;
  readonly #outbox: Outbox;
  readonly #sequence: SequenceKeeper;
  readonly #openedEpochs: Record<string, number>;
  #link: Link | null = null;
  #node = '';
  #nextId = 0;
  #highestSentId = -1;
  #isOpening = false;
  readonly #pushBack: PushBack;
  #recording: Promise<unknown> = Promise.resolve();
  #isStopped = false;
  readonly #watchers = new Watchers();
  #lastAcknowledged: { entry: OutboxEntry; node: string } | null = null;
  #resentBefore = 0;

  constructor(options: DeviceOptions, memory: DeviceMemory) {
    this.urn = options.device;
    this.#options = options;
    this.#outbox = new Outbox(
      options.outboxCapacity ?? defaultOutboxCapacity,
      options.inFlightWindow ?? defaultInFlightWindow,
    );
    this.#pushBack = new PushBack(options.backoff ?? defaultBackoff, options.random.uniform);
    this.#openedEpochs = { ...memory.openedEpochs };
    this.#sequence = new SequenceKeeper(memory.epoch, memory.nextCounter, (epoch, next) => this.#save(epoch, next));
    for (const entry of memory.undelivered) this.#outbox.add({ ...entry, id: this.#nextId++ });
  }

  get pending(): number {
    return this.#outbox.size;
  }

  get isConnected(): boolean {
    return this.#link?.isConnected ?? false;
  }

  /**
   * Records a reading and has it delivered when there is a network; returns once it is in the device's memory. With a
   * full memory it waits for room (`'wait'`), or counts the reading as lost and returns `false` (`'drop'`). Throws
   * `stopped` after `stop`.
   */
  record(pack: RawPack, whenFull: 'wait' | 'drop' = 'wait'): Promise<boolean> {
    const recorded = this.#recording.then(() => this.#record(pack, whenFull));
    // One reading at a time, so that counters are in order; a failure is the caller's and stops no later one.
    this.#recording = recorded.catch(() => undefined);
    return recorded;
  }

  /** Delivers to this edge node from now on. Leaves another one first. */
  async connect(node: string): Promise<void> {
    if (this.#link && this.#node === node) return;
    await this.disconnect();
    this.#node = node;
    this.#link = openLink(
      {
        url: this.#options.urlOf(node),
        clientId: this.urn,
        username: this.urn,
        password: this.#options.password,
        protocolVersion: this.#options.protocolVersion,
        keepSession: this.#options.key === null,
        backoff: this.#options.backoff,
        uniform: this.#options.random.uniform,
      },
      {
        connected: () => {
          this.tally.connections++;
          this.lastFailure = null;
          this.#pump();
        },
        disconnected: () => this.#notify(),
        failed: (_code, message) => {
          this.tally.connectionFailures++;
          this.lastFailure = `${this.urn}: ${message}`;
        },
      },
    );
  }

  /** Goes out of the network's reach, after the answers on their way have come. Recording goes on. */
  async disconnect(): Promise<void> {
    const link = this.#link;
    if (!link) return;
    await this.#watchers.until(() => this.#outbox.inFlight === 0 || !link.isConnected, settleTimeoutMs);
    this.#link = null;
    this.#pushBack.cancel();
    await link.close();
    this.#resentBefore += link.resent;
    this.tally.resent = this.#resentBefore;
    this.#isOpening = false;
  }

  /** A fault: the connection breaks, at once or instead of the broker's next answer (a lost PUBACK). */
  sever(when: 'now' | 'before-next-answer'): void {
    this.#link?.sever(when);
  }

  /** A fault: the battery was out and the counter is gone; a new epoch begins, and is opened before it is used. */
  async loseCounter(): Promise<void> {
    await this.#recording;
    await this.#sequence.beginEpoch(this.#options.nowMs());
  }

  /** A fault: sends the last acknowledged bytes once more. Unsigned devices never do: nobody could tell it apart. */
  async repeatLast(): Promise<PublishOutcome> {
    const last = this.#lastAcknowledged;
    if (!last || last.node !== this.#node || !this.#options.key) return { kind: 'unsettled' };
    const outcome = await this.#publishNow(last.entry.topic, last.entry.payload);
    if (outcome.kind === 'acknowledged') this.tally.duplicates++;
    return outcome;
  }

  /** Sends something wrong on purpose and tells how it was answered. Throws `bad-argument` for an unsigned device. */
  async misbehave(kind: Misbehaviour): Promise<PublishOutcome> {
    const { key, channel, nowMs } = this.#options;
    if (!key) throw new SimError('bad-argument', 'only a signing device can misbehave', { device: this.urn });
    const { epoch, counter } = this.#sequence.upcoming;
    const unused = { epoch, counter: counter + unusedCounterDistance + this.tally.misbehaved };
    const used = sequenceOf(this.#lastAcknowledged?.entry) ?? unused;
    const context = { device: this.urn, channel, key, used, unused, nowMs: nowMs() };
    const { topic, payload, sequence } = await misbehave(kind, context);
    this.tally.misbehaved++;
    this.tally.published++;
    const node = this.#node;
    const outcome = await this.#publishNow(topic, payload);
    const place = { epoch: sequence?.epoch ?? null, counter: sequence?.counter ?? null };
    if (outcome.kind === 'acknowledged') this.#acknowledged({ id: -1, topic, payload, ...place }, node, outcome.reason);
    if (outcome.kind === 'refused') countBy(this.tally.refused, hexCode(outcome.reasonCode));
    return outcome;
  }

  /** Waits until everything recorded is delivered; `false` when that takes longer. */
  async drain(timeoutMs: number): Promise<boolean> {
    await this.#recording;
    return this.#watchers.until(() => this.#outbox.size === 0, timeoutMs);
  }

  /** Ends the device's run; what is undelivered, and where the counter stands, is remembered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#notify();
    await this.#recording;
    await this.disconnect();
    const { epoch, counter } = this.#sequence.upcoming;
    await this.#save(epoch, counter);
  }

  async #record(pack: RawPack, whenFull: 'wait' | 'drop'): Promise<boolean> {
    if (this.#outbox.isFull) {
      if (whenFull === 'drop') {
        this.tally.lost++;
        return false;
      }
      await this.#watchers.until(() => !this.#outbox.isFull || this.#isStopped, Number.POSITIVE_INFINITY);
    }
    if (this.#isStopped) throw new SimError('stopped', 'the device records no more', { device: this.urn });
    this.#outbox.add(await this.#message(pack));
    this.#pump();
    return true;
  }

  async #message(pack: RawPack): Promise<OutboxEntry> {
    const { key, channel } = this.#options;
    const topic = `readings/${this.urn}`;
    if (!key) return { id: this.#nextId++, topic, payload: encodeSenmlJson(pack), epoch: null, counter: null };
    const sequence = await this.#sequence.take();
    const payload = await signReading(key, channel, this.urn, sequence, pack);
    return { id: this.#nextId++, topic, payload, ...sequence };
  }

  /** Sends as much as window, session and push-back allow. */
  #pump(): void {
    const link = this.#link;
    if (!link?.isConnected || this.#isOpening || this.#pushBack.isOn) return;
    const window = Math.min(this.#outbox.window, link.receiveMaximum);
    for (let entry = this.#outbox.peek(window); entry; entry = this.#outbox.peek(window)) {
      if (entry.epoch !== null && (this.#openedEpochs[this.#node] ?? -1) < entry.epoch) {
        void this.#openEpoch(link, entry.epoch);
        return;
      }
      this.#send(link, entry, window);
    }
  }

  #send(link: Link, entry: OutboxEntry, window: number): void {
    const node = this.#node;
    this.#outbox.take(window);
    if (entry.id > this.#highestSentId) {
      this.#highestSentId = entry.id;
      this.tally.published++;
    }
    link.publish(entry.topic, entry.payload, (outcome) => this.#settle(entry, node, outcome));
  }

  async #openEpoch(link: Link, epoch: number): Promise<void> {
    const { key, channel } = this.#options;
    if (!key) return;
    const node = this.#node;
    this.#isOpening = true;
    const opening = await signEpochOpening(key, channel, this.urn, epoch);
    const outcome = await new Promise<PublishOutcome>((resolve) => {
      link.publish(`epochs/${this.urn}`, opening, resolve);
    });
    if (this.#link !== link) return;
    this.#isOpening = false;
    if (isPushBack(outcome)) {
      this.#pushBack.hold(() => this.#pump());
      return;
    }
    // Refused for good: the readings go out all the same, and the edge shows them in its quarantine.
    if (outcome.kind !== 'unsettled') this.#openedEpochs[node] = epoch;
    this.#pump();
  }

  #settle(entry: OutboxEntry, node: string, outcome: PublishOutcome): void {
    if (outcome.kind === 'acknowledged') {
      this.#outbox.settle(entry.id);
      this.#pushBack.relax();
      this.#lastAcknowledged = { entry, node };
      this.#acknowledged(entry, node, outcome.reason);
    } else if (isPushBack(outcome)) {
      this.tally.postponed++;
      this.#outbox.putBack(entry.id);
      this.#pushBack.hold(() => this.#pump());
    } else if (outcome.kind === 'refused') {
      this.#outbox.settle(entry.id);
      countBy(this.tally.refused, hexCode(outcome.reasonCode));
    } else if (entry.epoch === null) {
      // Whether it arrived is not known, and unsigned bytes sent again would be a second reading.
      this.#outbox.settle(entry.id);
      this.tally.lost++;
    } else {
      this.#outbox.putBack(entry.id);
    }
    this.#pump();
    this.#notify();
  }

  #acknowledged(entry: OutboxEntry, node: string, reason: string | null): void {
    const { journal, nowMs } = this.#options;
    this.tally.acknowledged++;
    if (reason?.startsWith(quarantinedPrefix)) {
      countBy(this.tally.quarantined, reason.slice(quarantinedPrefix.length));
    }
    journal?.append({
      node,
      device: this.urn,
      epoch: entry.epoch,
      counter: entry.counter,
      digest: payloadDigest(entry.payload),
      ackedAtMs: nowMs(),
    });
  }

  #publishNow(topic: string, payload: Uint8Array<ArrayBuffer>): Promise<PublishOutcome> {
    const link = this.#link;
    if (!link) return Promise.resolve({ kind: 'unsettled' });
    return new Promise((resolve) => link.publish(topic, payload, resolve));
  }

  #save(epoch: number, nextCounter: number): Promise<void> {
    const all = this.#outbox.undelivered();
    const undelivered = this.#options.key ? all : all.filter(({ id }) => id > this.#highestSentId);
    return this.#options.store.save(this.urn, { epoch, nextCounter, openedEpochs: this.#openedEpochs, undelivered });
  }

  #notify(): void {
    if (this.#link) this.tally.resent = this.#resentBefore + this.#link.resent;
    this.#watchers.notify();
  }
}

function sequenceOf(entry: OutboxEntry | undefined): DeviceSequence | null {
  return entry?.epoch != null && entry.counter != null ? { epoch: entry.epoch, counter: entry.counter } : null;
}
