import {
  type Bytes,
  type DeviceSequence,
  decodeLeaf,
  type ExcursionAlert,
  encodeLeaf,
  equal,
  saltBytes,
} from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { Clock } from '../clock.ts';
import type { InboundPublish, OpenSession } from '../mqtt/session.ts';
import type { Registry } from '../registry/registry.ts';
import type { RuleEngine } from '../rules/rule-engine.ts';
import type { Counts } from '../store/count-store.ts';
import type { QuarantineUsage } from '../store/quarantine-store.ts';
import type { Stores } from '../store/stores.ts';
import { forVersion, type PublishOutcome } from './answer-publish.ts';
import { type Examined, examine } from './examine.ts';
import { type JudgingLimits, judge, type KnownEpochs, type StoredFacts, type Verdict } from './judge.ts';
import { digestOf } from './message-digest.ts';

/** A PUBLISH with the session that it came on and the time of its receipt. */
export interface Incoming {
  readonly publish: InboundPublish;
  readonly session: OpenSession;
  readonly receivedAtMs: number;
}

/** A message with what was found out about it before the transaction. */
export interface Prepared extends Incoming {
  readonly message: Bytes;
  /** `null` where the sender may not publish there, or there is no registry copy to judge by. */
  readonly examined: Examined | 'topic' | 'unavailable' | 'status';
  /** The copy by which it was examined. */
  readonly registry: Registry | null;
}

export interface GroupResult {
  readonly outcomes: readonly { readonly incoming: Incoming; readonly outcome: PublishOutcome }[];
  readonly alerts: readonly ExcursionAlert[];
  /** Accepted readings and status messages, which subscribers may see. */
  readonly passedOn: readonly Incoming[];
  readonly accepted: number;
}

export interface IntakePorts {
  readonly node: string;
  readonly channel: string;
  readonly config: NodeConfig;
  readonly clock: Clock;
  readonly stores: Stores;
  readonly rules: RuleEngine;
  /** The registry copy in force, or `null` where there is none or it has expired. */
  registry(): Registry | null;
}

const noFacts: StoredFacts = {
  sameSequence: null,
  hasLeft: null,
  isQuarantined: false,
  isResent: false,
  epochs: { count: 0, highest: null, includes: false },
};

/** Judges a group of messages and commits what is accepted of it: the step between arrival and acknowledgement. */
export class Intake {
  readonly #ports: IntakePorts;

  constructor(ports: IntakePorts) {
    this.#ports = ports;
  }

  /** Everything that needs no look at the store: digest, form, signature. */
  async prepare(incoming: Incoming): Promise<Prepared> {
    const { topic, payload } = incoming.publish;
    const message = new Uint8Array(payload);
    const registry = this.#ports.registry();
    if (!topic) return { ...incoming, message, registry, examined: 'topic' };
    if (topic.kind === 'status') return { ...incoming, message, registry, examined: 'status' };
    if (!registry) return { ...incoming, message, registry, examined: 'unavailable' };
    const examined = await examine(message, topic, registry, this.#ports.channel, incoming.receivedAtMs);
    return { ...incoming, message, registry, examined };
  }

  /** Whether another registry copy has come into force since a message was examined. */
  isStale(group: readonly Prepared[]): boolean {
    const registry = this.#ports.registry();
    return group.some((prepared) => prepared.registry !== registry);
  }

  /**
   * Commits a group in one transaction. A crash before its end leaves nothing of the group, and none of it was
   * acknowledged; after its end all of it is on disk, and what was not acknowledged yet comes again as a duplicate.
   * Where the transaction fails it throws, and nothing of the group counts.
   */
  commit(group: readonly Prepared[], isFull: boolean): GroupResult {
    const { stores, rules } = this.#ports;
    try {
      return stores.transaction(() => this.#take(group, isFull));
    } catch (error) {
      rules.forget();
      throw error;
    }
  }

  #take(group: readonly Prepared[], isFull: boolean): GroupResult {
    const { stores } = this.#ports;
    const outcomes: { incoming: Incoming; outcome: PublishOutcome }[] = [];
    const alerts: ExcursionAlert[] = [];
    const passedOn: Incoming[] = [];
    const counts: Counts = stores.counts.zero();
    for (const incoming of group) {
      const outcome = this.#takeOne(incoming, isFull, alerts);
      outcomes.push({ incoming, outcome });
      count(counts, outcome);
      if (outcome.kind === 'accept' || outcome.kind === 'passed-on') passedOn.push(incoming);
    }
    stores.counts.add(counts);
    return { outcomes, alerts, passedOn, accepted: counts.accepted };
  }

  #takeOne(incoming: Prepared, isFull: boolean, alerts: ExcursionAlert[]): PublishOutcome {
    const { examined, session, publish } = incoming;
    if (examined === 'topic' || examined === 'unavailable') return { kind: 'refuse', why: examined };
    if (examined === 'status') return { kind: 'passed-on' };
    const device = publish.topic?.device ?? '';
    const verdict = forVersion(this.#judge(device, incoming, examined, isFull), session.version, publish.qos);
    if (isFull && verdict.kind !== 'duplicate' && verdict.kind !== 'refuse')
      return { kind: 'refuse', why: 'disk-full' };
    switch (verdict.kind) {
      case 'accept':
        if (examined.kind === 'reading') return this.#accept(device, incoming, examined, verdict, alerts);
        break;
      case 'open-epoch':
        if (examined.kind === 'epoch') this.#openEpoch(device, examined.epoch);
        break;
      case 'quarantine':
        return this.#quarantine(device, incoming, verdict);
    }
    return verdict;
  }

  #judge(device: string, incoming: Prepared, examined: Examined, isFull: boolean): Verdict {
    const { stores } = this.#ports;
    const { message, publish, session } = incoming;
    const sequence = sequenceOf(examined);
    const facts: StoredFacts = {
      ...noFacts,
      isQuarantined: stores.quarantine.holdsAnyOf(device) && stores.quarantine.has(device, digestOf(message)),
      epochs: this.#epochs(device, examined),
      hasLeft: sequence && this.#hasLeft(device, sequence, message),
      isResent:
        sequence === null && publish.dup && stores.legacy.isResent(session.key, publish.packetId, digestOf(message)),
    };
    const verdict = judge(examined, facts, this.#limits());
    // A reading that is to be stored meets its double, if there is one, on the unique index; others have to look for it.
    if (sequence === null || (verdict.kind === 'accept' && !isFull)) return verdict;
    return judge(examined, { ...facts, sameSequence: this.#compare(device, incoming, examined) }, this.#limits());
  }

  #accept(
    device: string,
    incoming: Prepared,
    examined: Extract<Examined, { kind: 'reading' }>,
    verdict: Extract<Verdict, { kind: 'accept' }>,
    alerts: ExcursionAlert[],
  ): PublishOutcome {
    const { stores, rules, clock } = this.#ports;
    const { sequence, records } = examined;
    const { receivedAtMs, message, publish, session } = incoming;
    const deviceId = stores.devices.id(device);
    const bytes = encodeLeaf({
      assurance: sequence ? 'device-signed' : 'session-authenticated',
      receivedAtMs,
      device,
      salt: clock.randomBytes(saltBytes),
      message,
    });
    if (!stores.leaves.insert({ deviceId, sequence, receivedAtMs, late: verdict.late, bytes })) {
      return this.#settleDouble(device, incoming, examined);
    }
    if (sequence) stores.devices.openEpoch(device, sequence.epoch, receivedAtMs);
    else if (publish.packetId !== null) stores.legacy.remember(session.key, publish.packetId, digestOf(message));
    alerts.push(...rules.observe(examined.device, deviceId, records, receivedAtMs));
    return verdict;
  }

  /** The sequence is taken: by the same bytes, perhaps of this very group, or by others. */
  #settleDouble(device: string, incoming: Prepared, examined: Examined): PublishOutcome {
    const sameSequence = this.#compare(device, incoming, examined);
    const facts: StoredFacts = { ...noFacts, sameSequence, epochs: this.#epochs(device, examined) };
    const verdict = judge(examined, facts, this.#limits());
    return verdict.kind === 'quarantine' ? this.#quarantine(device, incoming, verdict) : verdict;
  }

  /** The digest is looked for only where the counter is one that has left, which a new reading's never is. */
  #hasLeft(device: string, sequence: DeviceSequence, message: Bytes): StoredFacts['hasLeft'] {
    const { devices, left } = this.#ports.stores;
    if (!devices.hasLeft(device, sequence)) return null;
    const matches = left.matches(devices.id(device), sequence, digestOf(message));
    if (matches === null) return 'unknown';
    return matches ? 'same-bytes' : 'other-bytes';
  }

  #compare(device: string, { message }: Prepared, examined: Examined): StoredFacts['sameSequence'] {
    const { leaves, devices } = this.#ports.stores;
    const sequence = sequenceOf(examined);
    const stored = sequence && leaves.find(devices.id(device), sequence);
    if (!stored) return null;
    return equal(decodeLeaf(stored).message, message) ? 'same-bytes' : 'other-bytes';
  }

  /** Sets a message aside, or refuses it where those set aside have used up their room: nothing in there ever leaves. */
  #quarantine(
    device: string,
    { receivedAtMs, message }: Prepared,
    verdict: Extract<Verdict, { kind: 'quarantine' }>,
  ): PublishOutcome {
    const { stores, config } = this.#ports;
    if (!hasRoomFor(message.length, stores.quarantine.usage(device), config)) {
      return { kind: 'refuse', why: 'quarantine-full' };
    }
    stores.quarantine.add({ reason: verdict.reason, device, receivedAtMs, message }, digestOf(message));
    return verdict;
  }

  #epochs(device: string, examined: Examined): KnownEpochs {
    const { devices } = this.#ports.stores;
    const epoch = examined.kind === 'epoch' ? examined.epoch : (sequenceOf(examined)?.epoch ?? null);
    return { ...devices.epochs(device), includes: epoch !== null && devices.hasOpened(device, epoch) };
  }

  #openEpoch(device: string, epoch: number): void {
    const { stores, clock } = this.#ports;
    stores.devices.openEpoch(device, epoch, clock.nowMs());
  }

  #limits(): JudgingLimits {
    const { node, clock, config } = this.#ports;
    const { maxClockAheadMs, lateAfterMs } = config;
    return { node, nowMs: clock.nowMs(), maxClockAheadMs, lateAfterMs };
  }
}

function hasRoomFor(bytes: number, usage: QuarantineUsage, config: NodeConfig): boolean {
  return (
    usage.ofDevice < config.quarantineMaxMessagesPerDevice &&
    usage.messages < config.quarantineMaxMessages &&
    usage.bytes + bytes <= config.quarantineMaxBytes
  );
}

function sequenceOf(examined: Examined): DeviceSequence | null {
  return examined.kind === 'reading' || examined.kind === 'forged' || examined.kind === 'foreign'
    ? examined.sequence
    : null;
}

function count(counts: Counts, outcome: PublishOutcome): void {
  if (outcome.kind === 'passed-on' || outcome.kind === 'open-epoch') return;
  counts.published++;
  if (outcome.kind === 'accept') {
    counts.accepted++;
    if (outcome.late) counts.late++;
  } else if (outcome.kind === 'duplicate') counts.duplicates++;
  else if (outcome.kind === 'quarantine') counts.quarantined++;
  else counts.refused++;
}
