import { randomBytes } from 'node:crypto';
import {
  noPrevious,
  type SigningKey,
  type Statement,
  sha256,
  signEnrolment,
  signingKeyFromSeed,
  signStatement,
  statementDigest,
  toBase64Url,
} from '@hopline/protocol';
import { organisations } from '../../infra/story/network.ts';
import type { LedgerClient } from '../ledger-suite/ledger-client.ts';
import { submitPatiently } from './submit-patiently.ts';

const firstSealedMs = 1_790_000_000_000;
const stepMs = 1000;

/** An edge node that exists on the ledger only: its statements are made here, as a real one signs them. */
export class StatementChain {
  readonly #node: string;
  readonly #channel: string;
  readonly #key: SigningKey;
  #sequence = 0;
  #previous = noPrevious;

  private constructor(node: string, channel: string, key: SigningKey) {
    this.#node = node;
    this.#channel = channel;
    this.#key = key;
  }

  /** Enrols the node, which its site must not have yet. `client` is one of the site's organisation. */
  static async enrol(client: LedgerClient, node: string): Promise<StatementChain> {
    const { key } = await signingKeyFromSeed(new Uint8Array(randomBytes(32)));
    const claim = { purpose: 'edge-node', subject: node, mspId: organisations.freshHub.mspId } as const;
    // A code is good once: another attempt brings another.
    await submitPatiently(client, 'registry:EnrolEdgeNode', async () => {
      const code = randomBytes(16).toString('base64url');
      return { proof: toBase64Url(await signEnrolment(key, client.channel, { ...claim, code })) };
    });
    return new StatementChain(node, client.channel, key);
  }

  /** The next statements, each of `size` readings, base64url. */
  async next(count: number, size: number): Promise<string[]> {
    const texts: string[] = [];
    for (let made = 0; made < count; made++) {
      const atMs = firstSealedMs + this.#sequence * stepMs;
      const statement: Statement = {
        node: this.#node,
        sequence: this.#sequence++,
        previous: this.#previous,
        registryVersion: 1,
        size,
        root: await sha256(randomBytes(32)),
        fromMs: atMs,
        toMs: atMs,
        sealedAtMs: atMs,
        summaryDigest: await sha256(randomBytes(32)),
        excursions: [],
      };
      const bytes = await signStatement(this.#key, this.#channel, statement);
      this.#previous = await statementDigest(bytes);
      texts.push(toBase64Url(bytes));
    }
    return texts;
  }
}
