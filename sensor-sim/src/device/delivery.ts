import { signEpochOpening } from '@hopline/protocol';
import { defaultBackoff } from './backoff.ts';
import type { DeviceOptions } from './device.ts';
import { type Link, openLink, type PublishOutcome } from './link.ts';
import { Outbox, type OutboxEntry } from './outbox.ts';
import { isPushBack, PushBack } from './push-back.ts';
import { countBy, hexCode, type Tally } from './tally.ts';
import { Watchers } from './watchers.ts';

const defaultInFlightWindow = 32;
const defaultOutboxCapacity = 50_000;
/** How long a device that is moved or stopped waits for answers on their way. */
const settleTimeoutMs = 10_000;

export interface DeliveryPorts {
  readonly options: DeviceOptions;
  readonly tally: Tally;
  /** The epoch last opened at each edge node; this grows it. */
  readonly openedEpochs: Record<string, number>;
  acknowledged(entry: OutboxEntry, node: string, reason: string | null): void;
  /** A connection came about, or why it did not. */
  connected(failure: string | null): void;
}

/**
 * What a device has recorded on its way to an edge node: in order, within the window, and again until it is acknowledged or
 * refused for good. A new epoch is opened before its first reading.
 */
export class Delivery {
  readonly outbox: Outbox;
  readonly watchers = new Watchers();
  readonly #ports: DeliveryPorts;
  readonly #pushBack: PushBack;
  #link: Link | null = null;
  #node = '';
  #highestSentId = -1;
  #isOpening = false;
  #resentBefore = 0;

  constructor(ports: DeliveryPorts) {
    const { inFlightWindow, outboxCapacity, backoff, random } = ports.options;
    this.#ports = ports;
    this.outbox = new Outbox(outboxCapacity ?? defaultOutboxCapacity, inFlightWindow ?? defaultInFlightWindow);
    this.#pushBack = new PushBack(backoff ?? defaultBackoff, random.uniform);
  }

  /** The edge node that it goes to, also while there is no connection; empty before the first. */
  get node(): string {
    return this.#node;
  }

  get isConnected(): boolean {
    return this.#link?.isConnected ?? false;
  }

  /** What has to be remembered: unsigned messages that were sent must not be sent by another run. */
  undelivered(): readonly OutboxEntry[] {
    const all = this.outbox.undelivered();
    return this.#ports.options.key ? all : all.filter(({ id }) => id > this.#highestSentId);
  }

  add(entry: OutboxEntry): void {
    this.outbox.add(entry);
    this.#pump();
  }

  /** Delivers to this edge node from now on. Leaves another one first. */
  async connect(node: string): Promise<void> {
    if (this.#link && this.#node === node) return;
    await this.disconnect();
    const { options, tally, connected } = this.#ports;
    this.#node = node;
    this.#link = openLink(
      {
        url: options.urlOf(node),
        clientId: options.device,
        username: options.device,
        password: options.password,
        protocolVersion: options.protocolVersion,
        keepSession: options.key === null,
        backoff: options.backoff,
        uniform: options.random.uniform,
      },
      {
        connected: () => {
          tally.connections++;
          connected(null);
          this.#pump();
        },
        disconnected: () => this.notify(),
        failed: (_code, message) => {
          tally.connectionFailures++;
          connected(message);
        },
      },
    );
  }

  /** Goes out of the network's reach, after the answers on their way have come. */
  async disconnect(): Promise<void> {
    const link = this.#link;
    if (!link) return;
    await this.watchers.until(() => this.outbox.inFlight === 0 || !link.isConnected, settleTimeoutMs);
    this.#link = null;
    this.#pushBack.cancel();
    await link.close();
    this.#resentBefore += link.resent;
    this.#ports.tally.resent = this.#resentBefore;
    this.#isOpening = false;
  }

  sever(when: 'now' | 'before-next-answer'): void {
    this.#link?.sever(when);
  }

  /** Publishes beside the outbox: what it becomes is the caller's. */
  publishNow(topic: string, payload: Uint8Array<ArrayBuffer>): Promise<PublishOutcome> {
    const link = this.#link;
    if (!link) return Promise.resolve({ kind: 'unsettled' });
    return new Promise((resolve) => link.publish(topic, payload, resolve));
  }

  notify(): void {
    if (this.#link) this.#ports.tally.resent = this.#resentBefore + this.#link.resent;
    this.watchers.notify();
  }

  /** Sends as much as window, session and push-back allow. */
  #pump(): void {
    const link = this.#link;
    if (!link?.isConnected || this.#isOpening || this.#pushBack.isOn) return;
    const window = Math.min(this.outbox.window, link.receiveMaximum);
    for (let entry = this.outbox.peek(window); entry; entry = this.outbox.peek(window)) {
      if (entry.epoch !== null && (this.#ports.openedEpochs[this.#node] ?? -1) < entry.epoch) {
        void this.#openEpoch(link, entry.epoch);
        return;
      }
      this.#send(link, entry, window);
    }
  }

  #send(link: Link, entry: OutboxEntry, window: number): void {
    const node = this.#node;
    this.outbox.take(window);
    if (entry.id > this.#highestSentId) {
      this.#highestSentId = entry.id;
      this.#ports.tally.published++;
    }
    link.publish(entry.topic, entry.payload, (outcome) => this.#settle(entry, node, outcome));
  }

  async #openEpoch(link: Link, epoch: number): Promise<void> {
    const { key, channel, device } = this.#ports.options;
    if (!key) return;
    const node = this.#node;
    this.#isOpening = true;
    const opening = await signEpochOpening(key, channel, device, epoch);
    const outcome = await new Promise<PublishOutcome>((resolve) => {
      link.publish(`epochs/${device}`, opening, resolve);
    });
    if (this.#link !== link) return;
    this.#isOpening = false;
    if (isPushBack(outcome)) {
      this.#pushBack.hold(() => this.#pump());
      return;
    }
    // Refused for good: the readings go out all the same, and the edge shows them in its quarantine.
    if (outcome.kind !== 'unsettled') this.#ports.openedEpochs[node] = epoch;
    this.#pump();
  }

  #settle(entry: OutboxEntry, node: string, outcome: PublishOutcome): void {
    const { tally, acknowledged } = this.#ports;
    if (outcome.kind === 'acknowledged') {
      this.outbox.settle(entry.id);
      this.#pushBack.relax();
      acknowledged(entry, node, outcome.reason);
    } else if (isPushBack(outcome)) {
      tally.postponed++;
      this.outbox.putBack(entry.id);
      this.#pushBack.hold(() => this.#pump());
    } else if (outcome.kind === 'refused') {
      this.outbox.settle(entry.id);
      countBy(tally.refused, hexCode(outcome.reasonCode));
    } else if (entry.epoch === null) {
      // Whether it arrived is not known, and unsigned bytes sent again would be a second reading.
      this.outbox.settle(entry.id);
      tally.lost++;
    } else {
      this.outbox.putBack(entry.id);
    }
    this.#pump();
    this.notify();
  }
}
