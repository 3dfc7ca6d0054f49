import { alertTopic, type HeadReport, utf8 } from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { Clock } from '../clock.ts';
import { EdgeError } from '../error.ts';
import { Forwarder } from '../forwarding/forwarder.ts';
import { retireBatches } from '../forwarding/retire-batches.ts';
import { errorFields, log } from '../log.ts';
import { Broker } from '../mqtt/broker.ts';
import type { Connection } from '../mqtt/connection.ts';
import { reason } from '../mqtt/reason.ts';
import { answerPublish } from '../readings/answer-publish.ts';
import { type GroupResult, type Incoming, Intake } from '../readings/intake.ts';
import { identify, reasonToGo } from '../registry/identify.ts';
import type { Registry } from '../registry/registry.ts';
import { RegistryKeeper } from '../registry/registry-keeper.ts';
import { RuleEngine } from '../rules/rule-engine.ts';
import { Sealer } from '../sealing/sealer.ts';
import type { Stores } from '../store/stores.ts';
import { AlarmTasks } from './alarm-tasks.ts';
import { ChainGuard } from './chain-guard.ts';
import { GroupCommit } from './group-commit.ts';
import { processRun } from './process-run.ts';

/** While a batch is on the ledger and not covered yet, heads are asked for this often at first, and then more rarely. */
const headPollMs = 500;
const longestHeadPollMs = 30_000;
/** A node without a copy of the registry is of no use: it asks this often, whatever the refresh interval. */
const firstCopyPollMs = 500;
/** Deadlines of connections are looked at no more often than this. */
const sessionLookMs = 1000;

interface OpenReadings {
  readonly count: number;
  readonly oldestMs: number | null;
}

export interface NodeParts {
  readonly id: string;
  readonly channel: string;
  readonly config: NodeConfig;
  readonly context: DurableObjectState;
  readonly clock: Clock;
  readonly stores: Stores;
}

/** One edge node: its parts put together, and the tasks that drive them. */
export class Node {
  readonly parts: NodeParts;
  readonly keeper: RegistryKeeper;
  readonly broker: Broker;
  readonly sealer: Sealer;
  readonly forwarder: Forwarder;
  readonly guard: ChainGuard;
  readonly tasks: AlarmTasks;
  readonly #group: GroupCommit<Connection>;
  #headPollMs = headPollMs;
  #open: OpenReadings | null = null;

  constructor(parts: NodeParts) {
    const { id, channel, config, context, clock, stores } = parts;
    const shared = { node: id, channel, config, clock, stores };
    const newest = { registry: () => this.keeper.newest() };
    this.parts = parts;
    this.keeper = new RegistryKeeper(shared);
    this.sealer = new Sealer({ ...shared, ...newest });
    this.forwarder = new Forwarder({ ...shared, ...newest });
    this.guard = new ChainGuard({ ...shared, forwarder: this.forwarder });
    this.#group = new GroupCommit<Connection>({
      intake: new Intake({
        ...shared,
        rules: new RuleEngine(stores.rules, id, (alerts) => {
          stores.counts.add({ dropped: alerts });
          log('warn', 'alerts-dropped', { node: id, alerts, why: 'the outbox is full' });
        }),
        registry: () => this.#judgingRegistry(),
      }),
      groupCommitMs: config.groupCommitMs,
      isFull: () => stores.diskBytes() >= config.diskBudgetBytes,
      settle: (group, result) => this.#settle(group, result),
    });
    this.broker = new Broker({
      context,
      clock,
      sessions: stores.sessions,
      rests: stores.rests,
      identify: (username, password) => identify(username, password, config, this.#judgingRegistry(), clock.nowMs()),
      take: (connection, publish) => {
        const { session } = connection;
        if (session.phase === 'open') this.#group.add(connection, { publish, session, receivedAtMs: clock.nowMs() });
      },
      hasRoom: () => this.#group.hasRoom(),
      deadlineMoved: () => this.tasks.arm('sessions', clock.nowMs() + sessionLookMs),
      dropped: (messages) => stores.counts.add({ dropped: messages }),
    });
    this.tasks = new AlarmTasks(context.storage, stores.timers, clock, {
      registry: () => this.#refreshRegistry(),
      compare: () => this.#compare(),
      seal: () => this.#sealDue(),
      forward: () => this.#forward(),
      heads: () => this.#pollHeads(),
      alerts: async () => ((await this.forwarder.deliverAlerts()) > 0 ? clock.nowMs() : null),
      sessions: async () => this.broker.tick(clock.nowMs()),
      // A disk that went another way than the ledger lets nothing go; the comparison asks again.
      retention: async () => (this.guard.maySeal() ? retireBatches(parts) : null),
    });
  }

  /** After the object was made: takes up what the one before it left. */
  async start(): Promise<void> {
    const { clock, stores } = this.parts;
    await this.keeper.load();
    if (stores.settings.get('startedBy') !== processRun()) {
      // Another process had the sockets of before, and they went with it.
      stores.rests.clear();
      this.broker.reapLost(clock.nowMs());
      for (const name of ['registry', 'compare', 'seal', 'forward', 'heads', 'alerts', 'sessions'] as const) {
        this.tasks.arm(name, clock.nowMs());
      }
      stores.settings.set('startedBy', processRun());
    }
    this.tasks.resume();
  }

  /** Readings accepted and not sealed: counted once after the object woke or sealed, and carried on from there. */
  open(): OpenReadings {
    this.#open ??= this.parts.stores.leaves.openAfter(this.sealer.head()?.lastLeaf ?? 0);
    return this.#open;
  }

  /** Seals now, whatever is open. Returns the new statement's sequence. Throws `seal-not-allowed`. */
  async sealNow(): Promise<number> {
    if (!this.guard.maySeal()) {
      throw new EdgeError('seal-not-allowed', 'the node may not seal in this state', { state: this.guard.state() });
    }
    const sequence = await this.#seal();
    this.tasks.prompt('forward');
    return sequence;
  }

  /** Proof of possession for enrolment; the node then looks for its registry copy. */
  async enrol(code: string): Promise<Uint8Array> {
    const proof = await this.guard.enrol(code);
    this.tasks.kick('registry');
    // What was refused under the key of before need not wait for as long.
    this.tasks.kick('forward');
    return proof;
  }

  async #seal(): Promise<number> {
    try {
      return await this.sealer.seal();
    } finally {
      this.#open = null;
    }
  }

  /** Without a key of its own the node takes no readings: it could never seal them. */
  #judgingRegistry(): Registry | null {
    return this.guard.hasKey() ? this.keeper.inForce() : null;
  }

  /**
   * Answers a group that is committed, or that failed. A crash between commit and answer makes the clients send again,
   * which gives duplicates and their PUBACKs.
   */
  #settle(group: readonly { from: Connection; incoming: Incoming }[], result: GroupResult | null): void {
    const touched = new Set<Connection>();
    for (const [index, { from, incoming }] of group.entries()) {
      const outcome = result?.outcomes[index]?.outcome ?? ({ kind: 'refuse', why: 'unavailable' } as const);
      const { puback, disconnect } = answerPublish(incoming.publish, incoming.session.version, outcome);
      this.broker.acknowledge(from, incoming.publish, puback);
      if (disconnect !== null) this.broker.disconnect(from, disconnect);
      touched.add(from);
    }
    for (const connection of touched) connection.flush();
    if (result) this.#afterCommit(result);
  }

  #afterCommit({ alerts, passedOn, accepted }: GroupResult): void {
    const { config } = this.parts;
    for (const alert of alerts)
      this.broker.delivery.distribute(alertTopic(alert), utf8(JSON.stringify(alert)), 1, null);
    if (alerts.length > 0) this.tasks.prompt('alerts');
    for (const { publish, session } of passedOn) {
      if (!publish.topic) continue;
      const topic = `${publish.topic.kind}/${publish.topic.device}`;
      this.broker.delivery.distribute(topic, new Uint8Array(publish.payload), publish.qos, session.key);
    }
    if (accepted === 0) return;
    const { clock } = this.parts;
    if (this.#open) {
      const { count, oldestMs } = this.#open;
      this.#open = { count: count + accepted, oldestMs: oldestMs ?? clock.nowMs() };
    }
    const { count, oldestMs } = this.open();
    if (count >= config.sealMaxReadings) this.tasks.kick('seal');
    else if (oldestMs !== null) this.tasks.arm('seal', oldestMs + config.sealMaxAgeMs);
  }

  async #refreshRegistry(): Promise<number | null> {
    if (!this.guard.hasKey()) return null;
    const { clock, config } = this.parts;
    const before = this.keeper.newest();
    try {
      const fresh = await this.keeper.refresh(this.forwarder.own);
      if (fresh && this.forwarder.dropRevokedHeads()) this.#pollHeadsSoon();
    } catch (error) {
      // The back-off knows nothing of the refresh interval, which may be shorter, nor of the copy's end.
      log('warn', 'registry-refresh-failed', { node: this.parts.id, ...errorFields(error) });
    }
    const now = this.keeper.inForce();
    // Also by a copy that has not changed: a validity in it may have run out.
    if (now) await this.#sendAway(before, now);
    else this.#sendAllAway();
    if (now && !this.guard.hasCompared()) this.tasks.kick('compare');
    const nowMs = clock.nowMs();
    const expiresMs = this.keeper.inForce()?.copy.expiresMs ?? Number.POSITIVE_INFINITY;
    const pollMs = this.keeper.inForce()
      ? config.registryRefreshMs
      : Math.min(config.registryRefreshMs, firstCopyPollMs);
    return Math.min(nowMs + pollMs, Math.max(expiresMs, nowMs + 1));
  }

  /** Disconnects the devices that the copy shuts out [MQTT 5: 0x98, administrative action]. */
  async #sendAway(before: Registry | null, now: Registry): Promise<void> {
    for (const { connection, session } of this.broker.open()) {
      if (session.principal.kind !== 'device') continue;
      const why = await reasonToGo(session.principal.device, before, now, this.parts.clock.nowMs());
      if (why) this.broker.disconnect(connection, reason.administrativeAction, why);
    }
  }

  #sendAllAway(): void {
    for (const { connection, session } of this.broker.open()) {
      if (session.principal.kind !== 'device') continue;
      this.broker.disconnect(connection, reason.administrativeAction, 'the registry copy has expired');
    }
  }

  async #compare(): Promise<number | null> {
    if (this.guard.hasCompared() || !this.keeper.newest() || this.guard.state() !== 'running') return null;
    await this.guard.compare();
    this.#open = null;
    this.tasks.kick('seal');
    this.tasks.prompt('forward');
    if (this.guard.maySeal()) this.tasks.kick('retention');
    return null;
  }

  async #sealDue(): Promise<number | null> {
    const { config, clock, stores } = this.parts;
    while (this.guard.maySeal()) {
      const { count, oldestMs } = this.open();
      const idleSinceMs = this.sealer.head()?.sealedAtMs ?? stores.settings.get('runningSinceMs') ?? clock.nowMs();
      const due = oldestMs === null ? idleSinceMs + config.idleStatementMs : oldestMs + config.sealMaxAgeMs;
      if (count < config.sealMaxReadings && due > clock.nowMs()) return due;
      await this.#seal();
      this.tasks.prompt('forward');
    }
    return null;
  }

  async #forward(): Promise<number | null> {
    while (this.guard.maySeal()) {
      const outcome = await this.forwarder.upload();
      if (outcome.kind === 'empty') return null;
      if (outcome.kind === 'chain-refused') {
        this.guard.doubt();
        this.tasks.kick('compare');
        throw new EdgeError('gateway-refused', 'the ledger refuses a statement for its place', { ...outcome });
      }
      this.#pollHeadsSoon();
    }
    return null;
  }

  #pollHeadsSoon(): void {
    this.#headPollMs = headPollMs;
    this.tasks.kick('heads');
  }

  async #meet(report: HeadReport): Promise<void> {
    await this.guard.meet(report);
    this.#open = null;
  }

  /** Asks all gateways; one that does not answer holds up nothing. */
  async #pollHeads(): Promise<number | null> {
    const { stores, clock } = this.parts;
    if (stores.batches.uncovered() === 0 || !this.keeper.newest()) return null;
    const reports = await Promise.allSettled(this.forwarder.gateways.map((gateway) => this.forwarder.headOf(gateway)));
    for (const report of reports) {
      if (report.status === 'fulfilled') await this.#meet(report.value);
      else log('warn', 'head-poll-failed', { node: this.parts.id, ...errorFields(report.reason) });
    }
    if (this.guard.maySeal() && this.forwarder.markCovered() !== null) this.tasks.kick('retention');
    if (stores.batches.uncovered() === 0) return null;
    this.#headPollMs = Math.min(longestHeadPollMs, this.#headPollMs * 2);
    return clock.nowMs() + this.#headPollMs;
  }
}
