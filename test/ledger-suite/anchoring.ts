import {
  type AnchorResult,
  anchorResultSchema,
  fromBase64Url,
  maxStatementsPerTransaction,
  merkleRoot,
  noPrevious,
  type SigningKey,
  type Statement,
  sha256,
  signStatement,
  statementDigest,
  toBase64Url,
  utf8,
} from '@hopline/protocol';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './ledger-client.ts';
import type { Member } from './member.ts';
import type { SuiteContext } from './suite-context.ts';

/** In the past, because a ledger refuses what is sealed in the future. */
const sealedAtMs = Date.now() - 30 * 86_400_000;
const idleMs = 900_000;

/** Signs a chain of statements, as an edge node does. */
class Chain {
  readonly node: string;
  readonly #channel: string;
  key: SigningKey;
  #sequence = 0;
  #previous = noPrevious;

  constructor(node: string, channel: string, key: SigningKey) {
    this.node = node;
    this.#channel = channel;
    this.key = key;
  }

  /** The next statement; parts of it can be changed, and then the chain does not count it as its own. */
  async next(over: Partial<Statement> = {}): Promise<string> {
    const at = sealedAtMs + this.#sequence * idleMs;
    const statement: Statement = {
      node: this.node,
      sequence: this.#sequence,
      previous: this.#previous,
      registryVersion: 10 + this.#sequence,
      size: 1,
      root: await merkleRoot([await sha256(utf8(`${this.node} ${this.#sequence}`))]),
      fromMs: at,
      toMs: at,
      sealedAtMs: at,
      summaryDigest: await sha256(utf8('summary')),
      excursions: [],
      ...over,
    };
    const bytes = await signStatement(this.key, this.#channel, statement);
    if (Object.keys(over).length === 0) {
      this.#sequence++;
      this.#previous = await statementDigest(bytes);
    }
    return toBase64Url(bytes);
  }
}

async function newChain(owner: Member): Promise<Chain> {
  const node = `${await owner.openSite('warehouse', 'Edge')}/0`;
  return new Chain(node, owner.client.channel, await owner.enrolNode(node));
}

async function anchor({ client }: Member, ...statements: string[]): Promise<AnchorResult> {
  return anchorResultSchema.parse((await client.submit('readings:AnchorStatements', { statements })).result);
}

const head = ({ client }: Member, { node }: Chain) => client.evaluate('readings:GetHead', { node });

/** The chain of statements of an edge node, and what breaks it. */
export function anchoring(context: () => SuiteContext): void {
  describe('anchoring', () => {
    it('takes consecutive statements, whoever brings them, and moves the head', async () => {
      const { freshHub, retail } = context();
      const chain = await newChain(freshHub);
      expect(await head(retail, chain)).toBeNull();
      await anchor(freshHub, await chain.next());
      const [second, third] = [await chain.next(), await chain.next()];
      expect(await anchor(retail, second, third)).toEqual({ anchored: 2, duplicates: 0 });
      expect(await head(freshHub, chain)).toEqual({
        sequence: 2,
        digest: toBase64Url(await statementDigest(fromBase64Url(third))),
        sealedAtMs: sealedAtMs + 2 * idleMs,
      });
    });

    it('passes over what is anchored already, byte for byte', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      const [first, second] = [await chain.next(), await chain.next()];
      await anchor(freshHub, first);
      expect(await anchor(freshHub, first)).toEqual({ anchored: 0, duplicates: 1 });
      expect(await anchor(freshHub, first, second)).toEqual({ anchored: 1, duplicates: 1 });
    });

    it('refuses a gap, and says what it expects', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      await anchor(freshHub, await chain.next());
      await chain.next();
      const late = await chain.next();
      expect(await refusalOf(anchor(freshHub, late))).toMatchObject({
        code: 'statement-gap',
        details: { node: chain.node, sequence: 2, expected: 1 },
      });
    });

    it('refuses a fork: another statement at a sequence, or another history', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      const other = await chain.next({ size: 2 });
      await anchor(freshHub, await chain.next());
      expect((await refusalOf(anchor(freshHub, other))).code).toBe('statement-fork');
      const elsewhere = await chain.next({ previous: await sha256(utf8('another history')) });
      expect((await refusalOf(anchor(freshHub, elsewhere))).code).toBe('statement-fork');
    });

    it('refuses what goes back in time or in the registry', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      await anchor(freshHub, await chain.next());
      const earlier = { fromMs: 1, toMs: 1, sealedAtMs: 1 };
      expect((await refusalOf(anchor(freshHub, await chain.next(earlier)))).code).toBe('statement-time');
      expect(await refusalOf(anchor(freshHub, await chain.next({ registryVersion: 9 })))).toMatchObject({
        code: 'registry-version',
        details: { registryVersion: 9, previousRegistryVersion: 10 },
      });
    });

    it('refuses what is sealed further ahead than its transaction may be off, and takes it in time', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      const nowMs = Date.now();
      const sealedAt = (sealedAtMs: number) => ({ fromMs: nowMs, toMs: nowMs, sealedAtMs });
      const ahead = await chain.next(sealedAt(nowMs + 3_600_000));
      expect(await refusalOf(anchor(freshHub, ahead))).toMatchObject({
        code: 'statement-time',
        details: { sealedAtMs: nowMs + 3_600_000, maxSealedAheadMs: 15 * 60_000 },
      });
      expect(await anchor(freshHub, await (await newChain(freshHub)).next(sealedAt(nowMs + 600_000)))).toEqual({
        anchored: 1,
        duplicates: 0,
      });
    });

    it('refuses an altered statement, and one by a key that is not the node’s', async () => {
      const { freshHub, ids } = context();
      const chain = await newChain(freshHub);
      const text = await chain.next();
      const altered = Buffer.from(text, 'base64url');
      // Within the root, which nothing but the signature protects.
      const at = altered.length - 150;
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect((await refusalOf(anchor(freshHub, altered.toString('base64url')))).code).toMatch(
        /^(signature-refused|argument-malformed)$/,
      );
      const own = chain.key;
      chain.key = await ids.key();
      expect(await refusalOf(anchor(freshHub, await chain.next({ size: 1 })))).toMatchObject({
        code: 'signature-refused',
        details: { reason: 'signature-invalid' },
      });
      chain.key = own;
      await anchor(freshHub, text);
    });

    it('refuses statements for another channel, of an unknown node, or of two nodes at once', async () => {
      const { freshHub, ids } = context();
      const [chain, second] = [await newChain(freshHub), await newChain(freshHub)];
      const elsewhere = new Chain(chain.node, 'elsewhere', chain.key);
      expect(await refusalOf(anchor(freshHub, await elsewhere.next()))).toMatchObject({
        code: 'signature-refused',
        details: { reason: 'cose-audience' },
      });
      const nobody = new Chain(`${ids.gln()}/0`, freshHub.client.channel, await ids.key());
      expect((await refusalOf(anchor(freshHub, await nobody.next()))).code).toBe('unknown-node');
      expect((await refusalOf(anchor(freshHub, await chain.next(), await second.next()))).code).toBe(
        'argument-malformed',
      );
    });

    it('goes on with a node that was enrolled again, and no longer with its old key', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      const first = await chain.next();
      await anchor(freshHub, first);
      const old = chain.key;
      chain.key = await freshHub.enrolNode(chain.node);
      expect(await anchor(freshHub, first)).toEqual({ anchored: 0, duplicates: 1 });
      const fresh = chain.key;
      chain.key = old;
      expect((await refusalOf(anchor(freshHub, await chain.next({ size: 1 })))).code).toBe('signature-refused');
      chain.key = fresh;
      await anchor(freshHub, await chain.next());
    });

    it('takes nothing more under a revoked key', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      const first = await chain.next();
      await anchor(freshHub, first);
      const revocation = { kid: toBase64Url(chain.key.kid), subject: chain.node, reason: 'stolen', last: null };
      await freshHub.client.submit('registry:Revoke', { revocation });
      expect((await refusalOf(anchor(freshHub, await chain.next()))).code).toBe('key-revoked');
      expect(await anchor(freshHub, first)).toEqual({ anchored: 0, duplicates: 1 });
    });

    it('never lets different nodes conflict; the same one it does', async () => {
      const { freshHub, retail } = context();
      const [a, b] = [await newChain(freshHub), await newChain(freshHub)];
      const statement = await a.next();
      const endorse = (by: Member, text: string) =>
        by.client.endorse('readings:AnchorStatements', { statements: [text] });
      const waiting = [
        await endorse(freshHub, statement),
        await endorse(retail, statement),
        await endorse(freshHub, await b.next()),
      ];
      const committed = [];
      for (const submit of waiting) committed.push(await submit());
      const mvccReadConflict = 11;
      expect(committed.map(({ code }) => code)).toEqual([0, mvccReadConflict, 0]);
    });

    it('keeps a whole transaction of one statement small', async () => {
      const { freshHub } = context();
      const chain = await newChain(freshHub);
      await anchor(freshHub, await chain.next());
      const statements = [await chain.next()];
      const { transactionId } = await freshHub.client.submit('readings:AnchorStatements', { statements });
      const bytes = await freshHub.client.transactionBytes(transactionId);
      const many: string[] = [];
      for (let i = 0; i < maxStatementsPerTransaction; i++) many.push(await chain.next());
      const group = await freshHub.client.submit('readings:AnchorStatements', { statements: many });
      const groupBytes = await freshHub.client.transactionBytes(group.transactionId);
      console.log(
        `anchoring transaction: ${bytes} bytes with 1 statement, ${groupBytes} with ${maxStatementsPerTransaction}`,
      );
      expect(bytes).toBeLessThan(maxTransactionBytes);
      expect(groupBytes / maxStatementsPerTransaction).toBeLessThan(bytes);
    });
  });
}

/** About 1,000 bytes are ours; the rest is two endorsers' and (twice) the client's certificate, which Fabric repeats. */
const maxTransactionBytes = 5_500;
