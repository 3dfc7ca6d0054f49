import {
  importPublicKey,
  leafHash,
  merkleRoot,
  parseReading,
  type SigningKey,
  signingKeyFromSeed,
  signReading,
  verifyEd25519,
  verifyReading,
} from '@hopline/protocol';
import type { WorkTask } from './work-task.ts';

/** As much of a Durable Object's state as is used here. */
interface State {
  readonly storage: {
    readonly sql: { exec(query: string, ...values: unknown[]): unknown };
    transactionSync(work: () => void): void;
    sync(): Promise<void>;
  };
}

interface Environment {
  readonly WORK: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

const channel = 'provenance';
const device = 'urn:dev:ops:32473-work-1';
const leafBytes = 400;
/** Operations that wait for each other's end, as messages of one group commit do. */
const together = 100;

/** Does one kind of unavoidable work so many times; the clock is outside, because a Worker's own stands still. */
export class Work {
  readonly #state: State;
  #signed: Promise<Signed> | null = null;

  constructor(state: State) {
    this.#state = state;
    state.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS leaves (id INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, epoch INTEGER,
       counter INTEGER, received_ms INTEGER NOT NULL, late INTEGER NOT NULL, bytes BLOB NOT NULL)`,
    );
  }

  async fetch(request: Request): Promise<Response> {
    const { kind, count, group }: WorkTask = await request.json();
    this.#signed ??= prepare();
    const signed = await this.#signed;
    if (kind === 'verify') await repeat(count, () => mustHold(signed));
    if (kind === 'verify-reading')
      await repeat(count, () => verifyReading(parseReading(signed.bytes), channel, signed.public, signed.key.kid));
    if (kind === 'hash') await hash(count, group);
    if (kind === 'commit') await this.#commit(count, group);
    return new Response('done');
  }

  async #commit(count: number, group: number): Promise<void> {
    const { storage } = this.#state;
    const bytes = crypto.getRandomValues(new Uint8Array(leafBytes));
    for (let done = 0; done < count; done += group) {
      storage.transactionSync(() => {
        for (let n = 0; n < group; n++) {
          storage.sql.exec(
            'INSERT INTO leaves (device, epoch, counter, received_ms, late, bytes) VALUES (?, ?, ?, ?, ?, ?)',
            ...[1, 1, done + n, 0, 0, bytes],
          );
        }
      });
      await storage.sync();
    }
  }
}

interface Signed {
  readonly key: SigningKey;
  readonly public: Parameters<typeof verifyEd25519>[0];
  readonly bytes: Uint8Array;
}

async function prepare(): Promise<Signed> {
  const made = await signingKeyFromSeed(new Uint8Array(32).fill(7));
  const pack = [{ bn: `${device}_`, bt: 1_790_000_000, n: 'temperature', u: 'Cel', v: 4.25 }];
  const bytes = await signReading(made.key, channel, device, { epoch: 1, counter: 1 }, pack);
  return { key: made.key, public: await importPublicKey(made.key.publicKey), bytes };
}

async function mustHold(signed: Signed): Promise<void> {
  const { message } = parsed(signed);
  if (!(await verifyEd25519(signed.public, message.signature, message.toBeSigned))) throw new Error('it must hold');
}

let parsedOnce: ReturnType<typeof parseReading> | null = null;
function parsed({ bytes }: Signed): ReturnType<typeof parseReading> {
  parsedOnce ??= parseReading(bytes);
  return parsedOnce;
}

async function repeat(count: number, operation: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += together) {
    await Promise.all(Array.from({ length: Math.min(together, count - done) }, operation));
  }
}

/** Trees over `group` leaves each: a hash for each leaf and, nearly, one for each inner node. */
async function hash(count: number, group: number): Promise<void> {
  const bytes = crypto.getRandomValues(new Uint8Array(leafBytes));
  for (let done = 0; done < count; done += group) {
    await merkleRoot(await Promise.all(Array.from({ length: group }, () => leafHash(bytes))));
  }
}

export default {
  fetch(request: Request, { WORK }: Environment): Promise<Response> {
    return WORK.get(WORK.idFromName('work')).fetch(request);
  },
};
