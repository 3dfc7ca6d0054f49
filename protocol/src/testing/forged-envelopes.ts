import type { Bytes } from '../bytes.ts';
import { type CborValue, encodeCbor } from '../cbor.ts';
import type { Role } from '../conformance/hopline-keys.ts';
import { parseSign1, typ } from '../cose/index.ts';
import { encodeSequence } from '../reading/index.ts';
import { encodeSenmlCbor, type RawPack } from '../senml/index.ts';
import { claim, type Forgery, flipBit, forge, label, signParts, splice } from './forge.ts';
import { encodeInOrderGiven, type Keys, type Originals, type Variant } from './variant.ts';
import { vectorDevice } from './vector-inputs.ts';

const cti = encodeSequence({ epoch: 1, counter: 2 });
const pack: RawPack = [{ n: `${vectorDevice}:temperature`, t: 1_763_870_340, u: 'Cel', v: 4.25 }];

function reading({ device }: Keys, change: Partial<Forgery> = {}): Promise<Bytes> {
  const usual = { key: device, typ: typ.reading, issuer: vectorDevice, payload: encodeSenmlCbor(pack), cti };
  return forge({ ...usual, contentType: 112, ...change });
}

/** What a device's own library may write and we read: the older algorithm number, header maps in any order. */
export async function readVariants(keys: Keys): Promise<Variant[]> {
  const { kid } = keys.device.signing;
  const shuffled = new Map<number, CborValue>([
    [label.typ, typ.reading],
    [
      label.cwtClaims,
      new Map<number, CborValue>([
        [claim.cti, cti],
        [claim.aud, 'provenance'],
        [claim.iss, vectorDevice],
      ]),
    ],
    [label.contentType, 112],
    [label.kid, kid],
    [label.alg, -8],
  ]);
  return [
    {
      name: 'the algorithm EdDSA (−8)',
      format: 'reading',
      bytes: await reading(keys, { header: new Map([[label.alg, -8]]) }),
    },
    {
      name: 'a header in another order',
      format: 'reading',
      bytes: await signParts(keys.device, encodeInOrderGiven(shuffled), encodeSenmlCbor(pack)),
    },
  ];
}

/** Each signed format with a valid vector of it, its type and the role whose key signs it. */
const signedFormats: readonly { format: string; vector: string; type: string; role: Role }[] = [
  { format: 'reading', vector: 'a reading of three records', type: typ.reading, role: 'device' },
  { format: 'epoch', vector: 'the opening of an epoch', type: typ.epoch, role: 'device' },
  { format: 'statement', vector: 'a statement with two excursions', type: typ.statement, role: 'edgeNode' },
  { format: 'headReport', vector: 'a report of a head', type: typ.headReport, role: 'gateway' },
  { format: 'registryCopy', vector: 'a copy of the registry', type: typ.registryCopy, role: 'registry' },
  { format: 'enrolment', vector: 'a proof of possession', type: typ.enrolment, role: 'device' },
  { format: 'capture', vector: 'a capture', type: typ.capture, role: 'signer' },
];

/** Each format's own content, well signed by the right key, under every other type and for another channel. */
export async function confusedTypes(keys: Keys, original: Originals): Promise<Variant[]> {
  const variants = signedFormats.map(async ({ format, vector, type, role }) => {
    const { header, payload } = parseSign1(original(vector), 'deterministic');
    const same: Forgery = {
      key: keys[role],
      typ: type,
      issuer: header.issuer,
      payload,
      ...(header.id && { cti: header.id }),
      ...(header.contentType !== null && { contentType: header.contentType }),
    };
    const otherTypes = Object.values(typ).filter((other) => other !== type);
    return [
      { name: 'another channel', format, bytes: await forge({ ...same, audience: 'settlement' }) },
      ...(await Promise.all(
        otherTypes.map(async (other) => ({ name: other, format, bytes: await forge({ ...same, typ: other }) })),
      )),
    ];
  });
  return (await Promise.all(variants)).flat();
}

/** A reading changed on its way. */
export function tamperedEnvelopes(original: Originals): Variant[] {
  const bytes = original('a reading of three records');
  const emptyMapAt = 4 + (bytes[3] ?? 0);
  const variants: [string, Bytes][] = [
    ['another signature', flipBit(bytes, -1)],
    ['another payload', flipBit(bytes, -70)],
    ['no tag', bytes.slice(1)],
    ['another tag', splice(bytes, 0, 1, 0xd1)],
    ['nothing', bytes.slice(0, 0)],
    ['a cut signature', bytes.slice(0, -1)],
    ['something after the end', splice(bytes, bytes.length, 0, 0)],
    ['five parts', splice(bytes, 1, 1, 0x85)],
    ['an array of indefinite length', splice(splice(bytes, bytes.length, 0, 0xff), 1, 1, 0x9f)],
    ['an unprotected header', splice(bytes, emptyMapAt, 1, 0xa1, 0x04, 0x40)],
    ['an unprotected map of indefinite length', splice(bytes, emptyMapAt, 1, 0xbf, 0xff)],
    ['no payload within it', splice(bytes, emptyMapAt + 1, bytes.length - 66 - emptyMapAt - 1, 0xf6)],
    ['the header’s length in three bytes', splice(bytes, 2, 2, 0x59, 0, bytes[3] ?? 0)],
    ['a signature of 63 bytes', splice(bytes, bytes.length - 65, 1, 0x3f).slice(0, -1)],
  ];
  return variants.map(([name, changed]) => ({ name, format: 'reading', bytes: changed }));
}

/** Readings whose signature holds over a header that must not pass. */
export async function forgedHeaders(keys: Keys): Promise<Variant[]> {
  const header = (name: number, value: CborValue) => ({ header: new Map([[name, value]]) });
  const changes: [string, Partial<Forgery>][] = [
    ['another key', { key: keys.stranger }],
    ['another key under the right kid', { key: keys.stranger, ...header(label.kid, keys.device.signing.kid) }],
    ['the right key under another kid', header(label.kid, keys.stranger.signing.kid)],
    ['ES256', header(label.alg, -7)],
    ['an algorithm by name', header(label.alg, 'EdDSA')],
    ['no algorithm', header(label.alg, null)],
    ['critical parameters', header(label.crit, [label.typ])],
    ['no type', header(label.typ, null)],
    ['the type as a number', header(label.typ, 112)],
    ['no kid', header(label.kid, null)],
    ['a short kid', header(label.kid, Uint8Array.of(1))],
    ['no claims', header(label.cwtClaims, null)],
    [
      'no issuer',
      header(
        label.cwtClaims,
        new Map<number, CborValue>([
          [claim.aud, 'provenance'],
          [claim.cti, cti],
        ]),
      ),
    ],
    [
      'no audience',
      header(
        label.cwtClaims,
        new Map<number, CborValue>([
          [claim.iss, vectorDevice],
          [claim.cti, cti],
        ]),
      ),
    ],
    [
      'cti that is a text',
      header(
        label.cwtClaims,
        new Map<number, CborValue>([
          [claim.iss, vectorDevice],
          [claim.aud, 'provenance'],
          [claim.cti, '1'],
        ]),
      ),
    ],
    ['a header that is too long', header(99, new Uint8Array(1024))],
  ];
  const forged = changes.map(async ([name, change]) => ({
    name,
    format: 'reading',
    bytes: await reading(keys, change),
  }));
  const payload = encodeSenmlCbor(pack);
  return [
    ...(await Promise.all(forged)),
    {
      name: 'a header that is no map',
      format: 'reading',
      bytes: await signParts(keys.device, encodeCbor([]), payload),
    },
    { name: 'an empty header', format: 'reading', bytes: await signParts(keys.device, new Uint8Array(0), payload) },
  ];
}

/** Readings whose signature holds over a sequence or a payload that must not pass. */
export async function forgedReadings(keys: Keys): Promise<Variant[]> {
  const senml = (records: RawPack) => ({ payload: encodeSenmlCbor(records) });
  const changes: [string, Partial<Forgery>][] = [
    ['no content type', { contentType: undefined }],
    ['SenML-JSON under a signature', { contentType: 110, payload: '[]' }],
    ['a sequence of 11 bytes', { cti: cti.slice(1) }],
    ['a counter of 2^53', { cti: Uint8Array.of(0, 0, 0, 1, 0, 0x20, 0, 0, 0, 0, 0, 0) }],
    ['another device’s record', senml([{ ...pack[0], n: 'urn:dev:os:32473-0001234:temperature' }])],
    ['a relative time', senml([{ ...pack[0], t: -5 }])],
    ['a unit of nobody', senml([{ ...pack[0], u: 'degC' }])],
    ['no record', senml([])],
    ['a value of which a summary cannot hold the thousandths', senml([{ ...pack[0], v: 1e13 }])],
    ['a payload that is no CBOR', { payload: Uint8Array.of(0x81) }],
  ];
  return Promise.all(
    changes.map(async ([name, change]) => ({ name, format: 'reading', bytes: await reading(keys, change) })),
  );
}
