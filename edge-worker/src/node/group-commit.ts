import { errorFields, log } from '../log.ts';
import type { GroupResult, Incoming, Intake, Prepared } from '../readings/intake.ts';

const maxGroupMessages = 1000;
/**
 * Messages that wait for their commit, beside the object's 128 MB. The platform hands frames over as they come, whether or
 * not the handler of the one before has ended, so clients cannot be slowed down by waiting: beyond this they are sent away.
 */
const maxWaitingBytes = 32 * 1024 * 1024;

/** A message with where it came from; `T` is the connection. */
interface Waiting<T> {
  readonly from: T;
  readonly incoming: Incoming;
  prepared: Promise<Prepared | null>;
}

export interface GroupCommitPorts<T> {
  readonly intake: Intake;
  readonly groupCommitMs: number;
  isFull(): boolean;
  /** Tells what became of a group, in order; `null`: the commit failed and nothing of it counts. */
  settle(group: readonly { from: T; incoming: Incoming }[], result: GroupResult | null): void;
}

/**
 * Gathers a few milliseconds' worth of messages into one transaction. One write for each would make every answer wait for
 * a disk of its own. Messages settle in the order of their arrival.
 */
export class GroupCommit<T> {
  readonly #ports: GroupCommitPorts<T>;
  #waiting: Waiting<T>[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | null = null;

  constructor(ports: GroupCommitPorts<T>) {
    this.#ports = ports;
  }

  /** Takes a message in. Its signature is verified while it waits. */
  add(from: T, incoming: Incoming): void {
    this.#waiting.push({ from, incoming, prepared: this.#prepare(incoming) });
    this.#waitingBytes += incoming.publish.payload.length;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  hasRoom(): boolean {
    return this.#waitingBytes <= maxWaitingBytes;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < maxGroupMessages) await scheduler.wait(this.#ports.groupCommitMs);
      const group = this.#waiting.splice(0, maxGroupMessages);
      await this.#commit(group);
      for (const { incoming } of group) this.#waitingBytes -= incoming.publish.payload.length;
    }
  }

  async #commit(group: readonly Waiting<T>[]): Promise<void> {
    const { intake, settle, isFull } = this.#ports;
    let result: GroupResult | null = null;
    try {
      let prepared = await this.#ready(group);
      // A new registry copy may have come while signatures were verified: what it revokes must not slip through.
      while (intake.isStale(prepared)) {
        for (const waiting of group) waiting.prepared = this.#prepare(waiting.incoming);
        prepared = await this.#ready(group);
      }
      result = intake.commit(prepared, isFull());
    } catch (error) {
      log('error', 'commit-failed', { messages: group.length, ...errorFields(error) });
    }
    settle(group, result);
  }

  async #ready(group: readonly Waiting<T>[]): Promise<Prepared[]> {
    const prepared = await Promise.all(group.map((waiting) => waiting.prepared));
    if (prepared.every((one) => one !== null)) return prepared;
    throw new Error('a message of the group could not be prepared');
  }

  /** Failures are reported once, by the group: a promise that rejects before anybody waits for it would be one more. */
  #prepare(incoming: Incoming): Promise<Prepared | null> {
    return this.#ports.intake.prepare(incoming).catch((error: unknown) => {
      log('error', 'prepare-failed', errorFields(error));
      return null;
    });
  }
}
