import { type DeviceSequence, encodeSenmlJson, type RawPack, type SigningKey, signReading } from '@hopline/protocol';
import { SimError } from '../error.ts';
import type { Random } from '../random/random.ts';
import type { BackoffOptions } from './backoff.ts';
import { Delivery } from './delivery.ts';
import { type Journal, payloadDigest } from './journal.ts';
import type { PublishOutcome } from './link.ts';
import { type Misbehaviour, misbehave } from './misbehaviour.ts';
import type { OutboxEntry } from './outbox.ts';
import { SequenceKeeper } from './sequence-keeper.ts';
import type { DeviceMemory, DeviceStore } from './store.ts';
import { countBy, emptyTally, hexCode, type Tally } from './tally.ts';

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
  readonly #delivery: Delivery;
  readonly #sequence: SequenceKeeper;
  readonly #openedEpochs: Record<string, number>;
  #nextId = 0;
  #recording: Promise<unknown> = Promise.resolve();
  #isStopped = false;
  #lastAcknowledged: { entry: OutboxEntry; node: string } | null = null;

  constructor(options: DeviceOptions, memory: DeviceMemory) {
    this.urn = options.device;
    this.#options = options;
    this.#openedEpochs = { ...memory.openedEpochs };
    this.#delivery = new Delivery({
      options,
      tally: this.tally,
      openedEpochs: this.#openedEpochs,
      acknowledged: (entry, node, reason) => {
        this.#lastAcknowledged = { entry, node };
        this.#acknowledged(entry, node, reason);
      },
      connected: (failure) => {
        this.lastFailure = failure && `${this.urn}: ${failure}`;
      },
    });
    this.#sequence = new SequenceKeeper(memory.epoch, memory.nextCounter, (epoch, next) => this.#save(epoch, next));
    for (const entry of memory.undelivered) this.#delivery.add({ ...entry, id: this.#nextId++ });
  }

  get pending(): number {
    return this.#delivery.outbox.size;
  }

  get isConnected(): boolean {
    return this.#delivery.isConnected;
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
  connect(node: string): Promise<void> {
    return this.#delivery.connect(node);
  }

  /** Goes out of the network's reach, after the answers on their way have come. Recording goes on. */
  disconnect(): Promise<void> {
    return this.#delivery.disconnect();
  }

  /** A fault: the connection breaks, at once or instead of the broker's next answer (a lost PUBACK). */
  sever(when: 'now' | 'before-next-answer'): void {
    this.#delivery.sever(when);
  }

  /** A fault: the battery was out and the counter is gone; a new epoch begins, and is opened before it is used. */
  async loseCounter(): Promise<void> {
    await this.#recording;
    await this.#sequence.beginEpoch(this.#options.nowMs());
  }

  /** A fault: sends the last acknowledged bytes once more. Unsigned devices never do: nobody could tell it apart. */
  async repeatLast(): Promise<PublishOutcome> {
    const last = this.#lastAcknowledged;
    if (!last || last.node !== this.#delivery.node || !this.#options.key) return { kind: 'unsettled' };
    const outcome = await this.#delivery.publishNow(last.entry.topic, last.entry.payload);
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
    const { node } = this.#delivery;
    const outcome = await this.#delivery.publishNow(topic, payload);
    const place = { epoch: sequence?.epoch ?? null, counter: sequence?.counter ?? null };
    if (outcome.kind === 'acknowledged') this.#acknowledged({ id: -1, topic, payload, ...place }, node, outcome.reason);
    if (outcome.kind === 'refused') countBy(this.tally.refused, hexCode(outcome.reasonCode));
    return outcome;
  }

  /** Waits until everything recorded is delivered; `false` when that takes longer. */
  async drain(timeoutMs: number): Promise<boolean> {
    await this.#recording;
    const { outbox, watchers } = this.#delivery;
    return watchers.until(() => outbox.size === 0, timeoutMs);
  }

  /** Ends the device's run; what is undelivered, and where the counter stands, is remembered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#delivery.notify();
    await this.#recording;
    await this.disconnect();
    const { epoch, counter } = this.#sequence.upcoming;
    await this.#save(epoch, counter);
  }

  async #record(pack: RawPack, whenFull: 'wait' | 'drop'): Promise<boolean> {
    const { outbox, watchers } = this.#delivery;
    if (outbox.isFull) {
      if (whenFull === 'drop') {
        this.tally.lost++;
        return false;
      }
      await watchers.until(() => !outbox.isFull || this.#isStopped, Number.POSITIVE_INFINITY);
    }
    if (this.#isStopped) throw new SimError('stopped', 'the device records no more', { device: this.urn });
    this.#delivery.add(await this.#message(pack));
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

  #save(epoch: number, nextCounter: number): Promise<void> {
    const undelivered = this.#delivery.undelivered();
    return this.#options.store.save(this.urn, { epoch, nextCounter, openedEpochs: this.#openedEpochs, undelivered });
  }
}

function sequenceOf(entry: OutboxEntry | undefined): DeviceSequence | null {
  return entry?.epoch != null && entry.counter != null ? { epoch: entry.epoch, counter: entry.counter } : null;
}
