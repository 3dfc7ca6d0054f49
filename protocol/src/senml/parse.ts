import { fromBase64Url, fromUtf8 } from '../bytes.ts';
import { decodeCbor } from '../cbor.ts';
import { ProtocolError } from '../error.ts';
import type { RawPack } from './record.ts';

/** Integer labels of SenML-CBOR and their JSON names (RFC 8428 §6, table 4). */
export const cborLabels: ReadonlyMap<number, string> = new Map([
  [-1, 'bver'],
  [-2, 'bn'],
  [-3, 'bt'],
  [-4, 'bu'],
  [-5, 'bv'],
  [-6, 'bs'],
  [0, 'n'],
  [1, 'u'],
  [2, 'v'],
  [3, 'vs'],
  [4, 'vb'],
  [5, 's'],
  [6, 't'],
  [7, 'ut'],
  [8, 'vd'],
]);

const textLabels: ReadonlySet<string> = new Set(cborLabels.values());

/** Reads SenML-CBOR (`application/senml+cbor`, RFC 8428 §6). Throws `cbor-malformed` or `senml-malformed`. */
export function parseSenmlCbor(bytes: Uint8Array): RawPack {
  const pack = decodeCbor(bytes);
  if (!Array.isArray(pack)) throw new ProtocolError('senml-malformed', 'a SenML pack is an array');
  return pack.map((record, index) => {
    if (!(record instanceof Map))
      throw new ProtocolError('senml-malformed', `record ${index} is not a map`, { record: index });
    return Object.fromEntries([...record].map(([label, value]) => [jsonLabel(label, index), value]));
  });
}

function jsonLabel(label: number | string, record: number): string {
  // The table of integer labels is conclusive (RFC 8428 §6): an unknown one is wrong, and a known field under its text
  // could stand beside itself, so that two readers would see two values.
  const name = typeof label === 'number' ? cborLabels.get(label) : textLabels.has(label) ? undefined : label;
  if (name !== undefined) return name;
  throw new ProtocolError('senml-malformed', `the label ${label} of record ${record} is not one of SenML-CBOR`, {
    record,
  });
}

/** Reads SenML-JSON (`application/senml+json`, RFC 8428 §5). Throws `senml-malformed`. */
export function parseSenmlJson(bytes: Uint8Array): RawPack {
  const pack = parseJson(bytes);
  if (!Array.isArray(pack)) throw new ProtocolError('senml-malformed', 'a SenML pack is an array');
  return pack.map((record: unknown, index) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new ProtocolError('senml-malformed', `record ${index} is not an object`, { record: index });
    }
    const raw: Record<string, unknown> = { ...record };
    // In JSON a data value is base64url (RFC 8428 §5).
    if (typeof raw.vd === 'string') raw.vd = dataValue(raw.vd, index);
    return raw;
  });
}

function dataValue(text: string, index: number): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch (cause) {
    throw new ProtocolError('senml-malformed', `vd of record ${index} is not base64url`, { record: index }, { cause });
  }
}

/** One byte order mark may stand before it: nobody should write it, and parsers may ignore it (RFC 8259 §8.1). */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes).replace(/^\u{feff}/u, ''));
  } catch (cause) {
    throw new ProtocolError('senml-malformed', 'not a JSON text in UTF-8', {}, { cause });
  }
}
