import { runBase64UrlVectors } from './base64url.ts';
import { runCborVectors } from './cbor.ts';
import { runCoseVectors } from './cose.ts';
import { runDeviceUrnVectors } from './device-urn.ts';
import { runEd25519Vectors, runWycheproofVectors } from './ed25519.ts';
import { runEpcisVectors, runEventHashVectors } from './epcis.ts';
import type { Failure } from './failure.ts';
import { runGs1Vectors } from './gs1.ts';
import { runHoplineVectors } from './hopline-v1.ts';
import { runMerkleVectors } from './merkle.ts';
import { runSenmlVectors } from './senml.ts';

export type { Failure } from './failure.ts';

/** The suite of each file in `vectors/`: it takes the file's content and says what came out differently. */
export const suites: Readonly<Record<string, (vectors: unknown) => Failure[] | Promise<Failure[]>>> = {
  base64url: runBase64UrlVectors,
  cbor: runCborVectors,
  cose: runCoseVectors,
  'device-urn': runDeviceUrnVectors,
  ed25519: runEd25519Vectors,
  'ed25519-wycheproof': runWycheproofVectors,
  epcis: runEpcisVectors,
  'epcis-event-hash': runEventHashVectors,
  gs1: runGs1Vectors,
  'hopline-v1': runHoplineVectors,
  merkle: runMerkleVectors,
  senml: runSenmlVectors,
};

/**
 * Runs every suite on this platform; needs nothing but the language and WebCrypto.
 * @param loaded the files' contents by name without `.json`; a suite without its file is a failure
 * @returns what came out differently, names prefixed by the file's; empty where the platform conforms
 */
export async function runAll(loaded: Readonly<Record<string, unknown>>): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const [file, run] of Object.entries(suites)) {
    if (loaded[file] === undefined) {
      failures.push({ name: file, expected: 'the vectors', actual: 'nothing was loaded' });
      continue;
    }
    for (const failure of await run(loaded[file])) failures.push({ ...failure, name: `${file}: ${failure.name}` });
  }
  return failures;
}
