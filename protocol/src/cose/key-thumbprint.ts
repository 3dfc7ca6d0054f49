import { type Bytes, sha256 } from '../bytes.ts';
import { encodeCbor } from '../cbor.ts';

/** COSE_Key parameters of an octet key pair (RFC 9053 §7.2) and its curve's number. */
const keyType = 1;
const keyTypeOkp = 1;
const curve = -1;
const curveEd25519 = 6;
const xCoordinate = -2;

/** COSE key thumbprint (RFC 9679 §3) with SHA-256 of an Ed25519 public key: 32 bytes, what `kid` holds everywhere. */
export function keyThumbprint(publicKey: Uint8Array): Promise<Bytes> {
  return sha256(
    encodeCbor(
      new Map<number, number | Uint8Array>([
        [keyType, keyTypeOkp],
        [curve, curveEd25519],
        [xCoordinate, publicKey],
      ]),
    ),
  );
}
