import { type Bytes, sha256 } from '../bytes.ts';
import { type CborValue, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import type { PublicKey } from '../cose/ed25519.ts';
import { parseSign1, type Sign1, signSign1, typ, verifySign1 } from '../cose/sign1.ts';
import type { SigningKey } from '../cose/signing-key.ts';
import { ProtocolError } from '../error.ts';
import { isDeviceUrn } from '../reading/device-urn.ts';
import { FieldReader } from './codec.ts';
import { parseNodeId } from './node-id.ts';

export const statementVersion = 1;
export const maxStatementBytes = 32 * 1024;
export const maxExcursionsPerStatement = 256;
export const maxReadingsPerBatch = 100_000;

/** `previous` of the first statement of an edge node. */
export const noPrevious: Bytes = new Uint8Array(32);

/** Measured values travel as whole thousandths of their unit: 4.25 Cel is 4250. */
export const valueScale = 1000;

/** A stretch of time in which a stream broke a rule. It may begin and end in different batches. */
export interface Excursion {
  readonly device: string;
  readonly stream: string;
  readonly rule: string;
  readonly fromMs: number;
  /** Time of the last reading that broke the rule; the excursion may go on after it. */
  readonly toMs: number;
  /** The value furthest from the limit, in thousandths of the stream's unit. */
  readonly peak: number;
}

/** What an edge node says of a batch, or of a time in which nothing came (`size` 0). */
export interface Statement {
  readonly node: string;
  readonly sequence: number;
  /** SHA-256 of the complete bytes of the previous statement; `noPrevious` at sequence 0. */
  readonly previous: Bytes;
  /** Version of the registry copy by which its readings were judged. */
  readonly registryVersion: number;
  readonly size: number;
  readonly root: Bytes;
  /** First and last time of receipt; both equal the sealing time of an idle statement. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly sealedAtMs: number;
  readonly summaryDigest: Bytes;
  readonly excursions: readonly Excursion[];
}

const field = {
  version: 1,
  node: 2,
  sequence: 3,
  previous: 4,
  registryVersion: 5,
  size: 6,
  root: 7,
  fromMs: 8,
  toMs: 9,
  sealedAtMs: 10,
  summary: 11,
  excursions: 12,
} as const;

/** A statement as it came, before anybody has looked at its signature. */
export interface UnverifiedStatement {
  readonly statement: Statement;
  readonly message: Sign1;
  readonly bytes: Bytes;
  /** What the next statement's `previous` must be. */
  readonly digest: Bytes;
}

/** Seals: one form of bytes for one statement and key, since Ed25519 and the encoding are deterministic. */
export function signStatement(key: SigningKey, channel: string, statement: Statement): Promise<Bytes> {
  return signSign1(key, {
    typ: typ.statement,
    issuer: statement.node,
    audience: channel,
    payload: encodeStatement(statement),
  });
}

/** Takes a statement apart. Throws `too-large`, `cose-…`, `cbor-…`, `statement-malformed` or `version-unknown`. */
export async function parseStatement(bytes: Uint8Array): Promise<UnverifiedStatement> {
  if (bytes.length > maxStatementBytes) {
    throw new ProtocolError('too-large', `a statement has at most ${maxStatementBytes} bytes`, { bytes: bytes.length });
  }
  const owned = bytes.slice();
  const message = parseSign1(owned, 'deterministic');
  const statement = decodeStatement(message.payload);
  if (message.header.issuer !== statement.node) {
    throw new ProtocolError('statement-malformed', 'the signer names another node than the statement', {
      node: statement.node,
    });
  }
  return { statement, message, bytes: owned, digest: await statementDigest(owned) };
}

/** Checks type, channel and signature against the node's registered key. Throws as `verifySign1`. */
export function verifyStatement(
  { message }: UnverifiedStatement,
  channel: string,
  key: PublicKey,
  kid: Uint8Array,
): Promise<void> {
  return verifySign1(message, { typ: typ.statement, audience: channel, key, kid });
}

/** SHA-256 of the complete statement: the link of the chain. */
export function statementDigest(bytes: Uint8Array): Promise<Bytes> {
  return sha256(bytes);
}

function encodeStatement(statement: Statement): Bytes {
  return encodeCbor(
    new Map<number, CborValue>([
      [field.version, statementVersion],
      [field.node, statement.node],
      [field.sequence, statement.sequence],
      [field.previous, statement.previous],
      [field.registryVersion, statement.registryVersion],
      [field.size, statement.size],
      [field.root, statement.root],
      [field.fromMs, statement.fromMs],
      [field.toMs, statement.toMs],
      [field.sealedAtMs, statement.sealedAtMs],
      [field.summary, statement.summaryDigest],
      [field.excursions, statement.excursions.map((e) => [e.device, e.stream, e.rule, e.fromMs, e.toMs, e.peak])],
    ]),
  );
}

function decodeStatement(payload: Uint8Array): Statement {
  const read = new FieldReader(
    decodeDeterministicCbor(payload),
    'statement-malformed',
    Object.values(field),
    statementVersion,
  );
  const statement: Statement = {
    node: read.text(field.node),
    sequence: read.uint(field.sequence),
    previous: read.bytes(field.previous, 32),
    registryVersion: read.uint(field.registryVersion),
    size: read.uint(field.size),
    root: read.bytes(field.root, 32),
    fromMs: read.uint(field.fromMs),
    toMs: read.uint(field.toMs),
    sealedAtMs: read.uint(field.sealedAtMs),
    summaryDigest: read.bytes(field.summary, 32),
    excursions: read.list(field.excursions, maxExcursionsPerStatement).map(decodeExcursion),
  };
  parseNodeId(statement.node);
  if (statement.size > maxReadingsPerBatch) throw read.wrong(field.size);
  if (statement.fromMs > statement.toMs || statement.toMs > statement.sealedAtMs) throw read.wrong(field.toMs);
  return statement;
}

function decodeExcursion(value: CborValue): Excursion {
  if (Array.isArray(value) && value.length === 6) {
    const [device, stream, rule, fromMs, toMs, peak] = value;
    if (
      typeof device === 'string' &&
      isDeviceUrn(device) &&
      typeof stream === 'string' &&
      typeof rule === 'string' &&
      isInteger(fromMs) &&
      fromMs >= 0 &&
      isInteger(toMs) &&
      isInteger(peak) &&
      fromMs <= toMs
    ) {
      return { device, stream, rule, fromMs, toMs, peak };
    }
  }
  throw new ProtocolError('statement-malformed', 'an excursion is [device, stream, rule, from, to, peak]');
}

function isInteger(value: CborValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
