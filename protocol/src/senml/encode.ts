import { type Bytes, toBase64Url, utf8 } from '../bytes.ts';
import { type CborValue, encodeCbor } from '../cbor.ts';
import { cborLabels } from './parse.ts';
import type { RawPack } from './record.ts';

const integerLabels = new Map([...cborLabels].map(([label, name]) => [name, label]));

/** Writes a pack as deterministic SenML-CBOR (RFC 8428 §6). */
export function encodeSenmlCbor(pack: RawPack): Bytes {
  return encodeCbor(
    pack.map(
      (record) =>
        new Map(Object.entries(record).map(([name, value]) => [integerLabels.get(name) ?? name, value as CborValue])),
    ),
  );
}

/** Writes a pack as SenML-JSON (RFC 8428 §5). */
export function encodeSenmlJson(pack: RawPack): Bytes {
  return utf8(JSON.stringify(pack, (_, value: unknown) => (value instanceof Uint8Array ? toBase64Url(value) : value)));
}
