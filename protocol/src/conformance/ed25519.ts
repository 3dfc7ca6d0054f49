import { z } from 'zod';
import { fromHex, toHex } from '../bytes.ts';
import { importPublicKey, signingKeyFromSeed, verifyEd25519 } from '../cose/index.ts';
import { codeOr } from './code-or.ts';
import { type Failure, sameLater } from './failure.ts';

const hex = z.string().transform(fromHex);
const caseSchema = z.object({
  name: z.string(),
  seed: hex.optional(),
  publicKey: hex,
  message: hex,
  signature: hex,
  verdict: z.string(),
});
type Case = z.output<typeof caseSchema>;
const cases = z.array(caseSchema).min(1);
const ed25519Vectors = z.object({ rfc8032: cases, speccheck: cases, edges: cases });
const wycheproofVectors = z.object({ wycheproof: cases });

/**
 * Runs `vectors/ed25519.json` on this platform: the verdict on each signature, and for the seeds of RFC 8032 the key and
 * the signature that they give.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export function runEd25519Vectors(vectors: unknown): Promise<Failure[]> {
  const { rfc8032, speccheck, edges } = ed25519Vectors.parse(vectors);
  return runCases([...rfc8032, ...speccheck, ...edges]);
}

/** Runs `vectors/ed25519-wycheproof.json` on this platform, as `runEd25519Vectors`. */
export function runWycheproofVectors(vectors: unknown): Promise<Failure[]> {
  return runCases(wycheproofVectors.parse(vectors).wycheproof);
}

async function runCases(all: readonly Case[]): Promise<Failure[]> {
  const failures = await Promise.all(
    all.map(async (one) => [
      ...(await sameLater(one.name, one.verdict, () => verdictOn(one))),
      ...(one.seed ? await signingFailures(one, one.seed) : []),
    ]),
  );
  return failures.flat();
}

function verdictOn({ publicKey, message, signature }: Case): Promise<string> {
  return codeOr(async () => {
    const key = await importPublicKey(publicKey);
    return (await verifyEd25519(key, signature, message)) ? 'accepted' : 'signature-invalid';
  });
}

function signingFailures({ name, publicKey, message, signature }: Case, seed: Uint8Array): Promise<Failure[]> {
  const expected = { publicKey: toHex(publicKey), signature: toHex(signature) };
  return sameLater(`${name}: signing`, expected, async () => {
    const { key } = await signingKeyFromSeed(seed);
    const made = new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, message));
    return { publicKey: toHex(key.publicKey), signature: toHex(made) };
  });
}
