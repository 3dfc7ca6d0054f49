import type { Bytes } from '../bytes.ts';
import { type CborValue, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import { vectorMspId, vectorNode, vectorNowMs } from '../conformance/hopline-formats.ts';
import { typ } from '../cose/index.ts';
import { flipBit, forge, label } from './forge.ts';
import { changedMap, encodeInOrderGiven, type Keys, type Originals, payloadOf, type Variant } from './variant.ts';

/** Statements whose signature holds over fields that must not pass. */
export async function forgedStatements({ edgeNode }: Keys, original: Originals): Promise<Variant[]> {
  const valid = payloadOf(original('a statement with two excursions'));
  const excursion = (valid.get(12) as CborValue[])[0] as CborValue[];
  const changed = (...changes: [number, CborValue | undefined][]) => changedMap(valid, changes);
  const maps: [string, CborValue][] = [
    ['version 2', changed([1, 2])],
    ['version 2 with a field of its own', changed([1, 2], [13, 0])],
    ['no version', changed([1, undefined])],
    ['a field that nobody knows', changed([13, 0])],
    ['no root', changed([7, undefined])],
    ['a root of 31 bytes', changed([7, new Uint8Array(31)])],
    ['a negative sequence', changed([3, -1])],
    ['a sequence of 2^53', changed([3, 2n ** 53n])],
    ['a sequence of 1.5', changed([3, 1.5])],
    ['another node', changed([2, '9521321000018/1'])],
    ['a size above the limit', changed([6, 100_001])],
    ['from after to', changed([8, vectorNowMs], [9, vectorNowMs - 1])],
    ['to after the sealing', changed([9, vectorNowMs + 1])],
    ['an excursion of five parts', changed([12, [excursion.slice(1)]])],
    ['an excursion that ends before it begins', changed([12, [excursion.with(3, vectorNowMs)]])],
    ['an excursion of no device', changed([12, [excursion.with(0, 'probe')]])],
    ['257 excursions', changed([12, Array.from({ length: 257 }, () => 0)])],
    ['no map', []],
  ];
  const sign = (payload: CborValue | Bytes, issuer = vectorNode) =>
    forge({ key: edgeNode, typ: typ.statement, issuer, payload });
  const node = '952132100001/1000';
  return [
    ...(await Promise.all(maps.map(async ([name, map]) => statement(name, await sign(map))))),
    statement('keys out of order', await sign(encodeInOrderGiven(new Map([...valid].reverse())))),
    statement('a malformed node', await sign(changed([2, node]), node)),
    statement(
      'the algorithm EdDSA (−8)',
      await forge({
        key: edgeNode,
        typ: typ.statement,
        issuer: vectorNode,
        payload: valid,
        header: new Map([[label.alg, -8]]),
      }),
    ),
    statement('another signature', flipBit(original('a statement with two excursions'), -1)),
  ];
}

/** Head reports, likewise. */
export async function forgedReports({ gateway }: Keys, original: Originals): Promise<Variant[]> {
  const valid = payloadOf(original('a report of a head'));
  const maps: [string, [number, CborValue | undefined][]][] = [
    ['version 2', [[1, 2]]],
    ['a sequence without a digest', [[4, undefined]]],
    ['a digest without a sequence', [[3, undefined]]],
    ['a malformed node', [[2, 'nowhere']]],
    ['no height', [[5, undefined]]],
  ];
  return Promise.all(
    maps.map(async ([name, changes]) => {
      const payload = changedMap(valid, changes);
      return {
        name,
        format: 'headReport',
        bytes: await forge({ key: gateway, typ: typ.headReport, issuer: vectorMspId, payload }),
      };
    }),
  );
}

/** Summaries that break the rules of their form. */
export function forgedSummaries(original: Originals): Variant[] {
  const valid = decodeDeterministicCbor(original('a summary of two devices')) as Map<number, CborValue>;
  const [legacy, signed] = valid.get(5) as CborValue[][] as [CborValue[], CborValue[]];
  const [humidity, temperature] = signed[4] as CborValue[][] as [CborValue[], CborValue[]];
  const interval = (figures: CborValue[]) => [signed.with(4, [humidity.with(2, [figures])])];
  const devices: [string, CborValue][] = [
    ['devices out of order', [signed, legacy]],
    ['a device twice', [signed, signed]],
    ['a device of four parts', [signed.slice(1)]],
    ['a device that is no URN', [signed.with(0, 'probe')]],
    ['an assurance of nobody', [signed.with(1, 3)]],
    ['a negative count of readings', [signed.with(2, -1)]],
    ['a range that ends before it begins', [signed.with(3, [[1, 5, 4]])]],
    [
      'ranges that overlap',
      [
        signed.with(3, [
          [1, 0, 4],
          [1, 4, 9],
        ]),
      ],
    ],
    [
      'ranges out of order',
      [
        signed.with(3, [
          [2, 0, 4],
          [1, 5, 9],
        ]),
      ],
    ],
    ['an epoch above the limit', [signed.with(3, [[2 ** 32, 0, 0]])]],
    ['streams out of order', [signed.with(4, [temperature, humidity])]],
    [
      '65 streams',
      [
        signed.with(
          4,
          Array.from({ length: 65 }, () => humidity),
        ),
      ],
    ],
    ['an interval that begins between two', interval([1, 1, 0, 0, 0])],
    ['an interval of no reading', interval([0, 0, 0, 0, 0])],
    ['a mean above the maximum', interval([0, 2, 0, 1, 2])],
    ['a mean that is no integer', interval([0, 2, 0, 1, 0.5])],
  ];
  return [
    ...devices.map(([name, list]) => summary(name, changedMap(valid, [[5, list]]))),
    summary('version 2', changedMap(valid, [[1, 2]])),
    summary('another interval', changedMap(valid, [[4, 60_000]])),
    summary('a malformed node', changedMap(valid, [[2, 'nowhere']])),
    summary('a field that nobody knows', changedMap(valid, [[6, 0]])),
    { name: 'cut', format: 'summary', bytes: encodeCbor(valid).slice(0, -1) },
  ];
}

/** Leaves, likewise. */
export function forgedLeaves(original: Originals): Variant[] {
  const valid = decodeDeterministicCbor(original('a leaf of a signed reading')) as CborValue[];
  const lists: [string, CborValue][] = [
    ['version 2', valid.with(0, 2)],
    ['version 2 of another length', [2]],
    ['seven parts', [...valid, 0]],
    ['an assurance of nobody', valid.with(1, 3)],
    ['a time that is negative', valid.with(2, -1)],
    ['a time that is no integer', valid.with(2, 0.5)],
    ['a salt of 15 bytes', valid.with(4, new Uint8Array(15))],
    ['a message that is a text', valid.with(5, 'd2')],
    ['a map', new Map()],
  ];
  return lists.map(([name, list]) => ({ name, format: 'leaf', bytes: encodeCbor(list) }));
}

/** Uploads, likewise. */
export function forgedUploads(): Variant[] {
  const batch = [new Uint8Array(1), new Uint8Array(0)];
  const lists: [string, CborValue][] = [
    ['65 batches', Array.from({ length: 65 }, () => batch)],
    ['a batch of one part', [batch.slice(1)]],
    ['a batch of texts', [['a', 'b']]],
    ['a map', new Map()],
  ];
  return lists.map(([name, list]) => ({ name, format: 'upload', bytes: encodeCbor(list) }));
}

function statement(name: string, bytes: Bytes): Variant {
  return { name, format: 'statement', bytes };
}

function summary(name: string, map: CborValue): Variant {
  return { name, format: 'summary', bytes: encodeCbor(map) };
}
