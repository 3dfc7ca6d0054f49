import { z } from 'zod';
import {
  decodeSummary,
  encodeSummary,
  type HeadReport,
  openHeadReport,
  parseStatement,
  type Statement,
  type Summary,
  signHeadReport,
  signStatement,
  statementDigest,
  summaryDigest,
  verifyStatement,
} from '../batch/index.ts';
import { type Bytes, fromHex } from '../bytes.ts';
import { parseCapture, signCapture, verifyCapture } from '../capture/index.ts';
import { decodeUpload, encodeUpload, type SealedBatch } from '../edge/index.ts';
import { leafHash } from '../merkle/index.ts';
import {
  decodeLeaf,
  encodeLeaf,
  type Leaf,
  parseReading,
  signEpochOpening,
  signReading,
  verifyEpochOpening,
  verifyReading,
} from '../reading/index.ts';
import {
  openEnrolment,
  openRegistryCopy,
  purposeSchema,
  registryCopySchema,
  signEnrolment,
  signRegistryCopy,
} from '../registry/index.ts';
import { type Role, type VectorKey, vectorChannel } from './hopline-keys.ts';

type Keys = Readonly<Record<Role, VectorKey>>;

/** One of our own formats, both ways: out of a vector's input to bytes, and out of bytes to what they say. */
export interface VectorFormat {
  build(input: unknown, keys: Keys): Promise<Bytes> | Bytes;
  open(bytes: Bytes, keys: Keys): Promise<unknown>;
}

const hex = z.string().transform(fromHex);
const device = z.object({ device: z.string(), epoch: z.number() });
const readingInput = device.extend({ counter: z.number(), pack: z.array(z.record(z.string(), z.unknown())) });
const leafInput = z.looseObject({ salt: hex, message: hex });
const statementInput = z.looseObject({ previous: hex, root: hex, summaryDigest: hex });
const headInput = z.looseObject({ head: z.object({ sequence: z.number(), digest: hex }).nullable() });
const uploadInput = z.array(z.object({ statement: hex, summary: hex }));
const enrolmentInput = z.object({
  purpose: purposeSchema,
  subject: z.string(),
  mspId: z.string(),
  code: z.string(),
});
const captureInput = z.object({ signer: z.string(), document: z.json() });

/** The node, the organisation and the moment of the vectors. */
export const vectorNode = '9521321000018/0';
export const vectorMspId = 'FreshHubMSP';
export const vectorNowMs = 1_763_870_400_000;

/** Our own formats by the name that the vectors use. */
export const vectorFormats: Readonly<Record<string, VectorFormat>> = {
  reading: {
    build(input, { device: key }) {
      const { device: name, epoch, counter, pack } = readingInput.parse(input);
      return signReading(key.signing, vectorChannel, name, { epoch, counter }, pack);
    },
    async open(bytes, { device: key }) {
      const reading = parseReading(bytes);
      const records = await verifyReading(reading, vectorChannel, key.public, key.signing.kid);
      return { device: reading.device, sequence: reading.sequence, records };
    },
  },
  epoch: {
    build(input, { device: key }) {
      const { device: name, epoch } = device.parse(input);
      return signEpochOpening(key.signing, vectorChannel, name, epoch);
    },
    async open(bytes, { device: key }) {
      const reading = parseReading(bytes);
      const epoch = await verifyEpochOpening(reading, vectorChannel, key.public, key.signing.kid);
      return { device: reading.device, epoch };
    },
  },
  leaf: {
    build: (input) => encodeLeaf(leafInput.parse(input) as unknown as Leaf),
    open: async (bytes) => ({ ...decodeLeaf(bytes), hash: await leafHash(bytes) }),
  },
  statement: {
    build: (input, { edgeNode }) =>
      signStatement(edgeNode.signing, vectorChannel, statementInput.parse(input) as unknown as Statement),
    async open(bytes, { edgeNode }) {
      const unverified = await parseStatement(bytes);
      await verifyStatement(unverified, vectorChannel, edgeNode.public, edgeNode.signing.kid);
      return { ...unverified.statement, digest: await statementDigest(bytes) };
    },
  },
  summary: {
    build: (input) => encodeSummary(input as Summary),
    open: async (bytes) => ({ ...decodeSummary(bytes), digest: await summaryDigest(bytes) }),
  },
  headReport: {
    build: (input, { gateway }) =>
      signHeadReport(gateway.signing, vectorChannel, vectorMspId, headInput.parse(input) as unknown as HeadReport),
    open: (bytes, { gateway }) => openHeadReport(bytes, vectorChannel, gateway.public, gateway.signing.kid),
  },
  registryCopy: {
    build: (input, { registry }) =>
      signRegistryCopy(registry.signing, vectorChannel, vectorMspId, registryCopySchema.parse(input)),
    open: (bytes, { registry }) =>
      openRegistryCopy(bytes, {
        channel: vectorChannel,
        node: vectorNode,
        key: registry.public,
        kid: registry.signing.kid,
        nowMs: vectorNowMs,
      }),
  },
  enrolment: {
    build: (input, { device: key }) => signEnrolment(key.signing, vectorChannel, enrolmentInput.parse(input)),
    open: (bytes) => openEnrolment(bytes, vectorChannel),
  },
  capture: {
    build(input, { signer: key }) {
      const { signer, document } = captureInput.parse(input);
      return signCapture(key.signing, vectorChannel, signer, document);
    },
    async open(bytes, { signer: key }) {
      const capture = parseCapture(bytes);
      await verifyCapture(capture, vectorChannel, key.public, key.signing.kid);
      return { signer: capture.signer, document: capture.document };
    },
  },
  upload: {
    build: (input) => encodeUpload(uploadInput.parse(input) as SealedBatch[]),
    open: async (bytes) => decodeUpload(bytes),
  },
};
