import { z } from 'zod';
import { fromHex, sha256, toHex } from '../bytes.ts';
import { encodeCbor } from '../cbor.ts';
import { importPublicKey, keyThumbprint, parseSign1, sigStructure, verifyEd25519 } from '../cose/index.ts';
import { fromVectorJson } from './cbor-json.ts';
import { codeOr } from './code-or.ts';
import { type Failure, same, sameLater } from './failure.ts';

const messageSchema = z.object({
  name: z.string(),
  message: z.string(),
  /** The code with which `parseSign1` refuses the whole message. */
  parse: z.string(),
  protected: z.string().optional(),
  payload: z.string().optional(),
  toBeSigned: z.string().optional(),
  publicKey: z.string().optional(),
  signature: z.string().optional(),
});
type Message = z.output<typeof messageSchema>;
const thumbprintSchema = z.object({
  name: z.string(),
  key: z.json(),
  canonical: z.string(),
  thumbprint: z.string(),
  publicKey: z.string().optional(),
});
type Thumbprint = z.output<typeof thumbprintSchema>;
const coseVectors = z.object({
  messages: z.array(messageSchema).min(1),
  thumbprints: z.array(thumbprintSchema).min(1),
});

/**
 * Runs `vectors/cose.json` on this platform: what is signed, which messages of other forms are refused, thumbprints.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export async function runCoseVectors(vectors: unknown): Promise<Failure[]> {
  const { messages, thumbprints } = coseVectors.parse(vectors);
  const failures = await Promise.all([...messages.map(messageFailures), ...thumbprints.map(thumbprintFailures)]);
  return failures.flat();
}

async function messageFailures(one: Message): Promise<Failure[]> {
  const { name, message, parse, protected: header, payload, toBeSigned, publicKey, signature } = one;
  const refused = await sameLater(`${name}: parsing`, parse, () => codeOr(() => parseSign1(fromHex(message), 'any')));
  if (header === undefined || payload === undefined || toBeSigned === undefined) return refused;
  const signed = sigStructure(fromHex(header), fromHex(payload));
  const structure = same(`${name}: Sig_structure`, toBeSigned, () => toHex(signed));
  if (publicKey === undefined || signature === undefined) return [...refused, ...structure];
  const verified = await sameLater(`${name}: signature`, true, async () =>
    verifyEd25519(await importPublicKey(fromHex(publicKey)), fromHex(signature), signed),
  );
  return [...refused, ...structure, ...verified];
}

async function thumbprintFailures({ name, key, canonical, thumbprint, publicKey }: Thumbprint): Promise<Failure[]> {
  const encoded = encodeCbor(fromVectorJson(key));
  return [
    ...same(`${name}: canonical form`, canonical, () => toHex(encoded)),
    ...(await sameLater(`${name}: digest`, thumbprint, async () => toHex(await sha256(encoded)))),
    ...(publicKey === undefined
      ? []
      : await sameLater(`${name}: kid`, thumbprint, async () => toHex(await keyThumbprint(fromHex(publicKey))))),
  ];
}
