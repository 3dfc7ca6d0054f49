import { toBase64Url } from '../bytes.ts';
import { vectorMspId, vectorNode, vectorNowMs } from '../conformance/hopline-formats.ts';
import type { Role, VectorKey } from '../conformance/hopline-keys.ts';

export const vectorDevice = 'urn:dev:os:32473-000123';
const legacyDevice = 'urn:dev:mac:0024beffff804ff1';
const digestOf = (byte: number) => byte.toString(16).padStart(2, '0').repeat(32);

const receivedAtMs = vectorNowMs - 60_000;
const intervalMs = 1_763_870_100_000;

/** What the vectors of our own formats are built from, by the name of the vector: its format and its input. */
export function vectorInputs(keys: Record<Role, VectorKey>): { name: string; format: string; input: unknown }[] {
  return [
    {
      name: 'a reading of three records',
      format: 'reading',
      input: {
        device: vectorDevice,
        epoch: 1_763_800_000,
        counter: 5,
        pack: [
          { bn: `${vectorDevice}:`, bt: 1_763_870_340, n: 'temperature', u: 'Cel', v: 4.25 },
          { n: 'humidity', u: '%RH', v: 71.5 },
          { n: 'door', vb: false, t: -1.5 },
        ],
      },
    },
    {
      name: 'a reading at the end of its sequence',
      format: 'reading',
      input: {
        device: vectorDevice,
        epoch: 2 ** 32 - 1,
        counter: Number.MAX_SAFE_INTEGER,
        pack: [{ n: vectorDevice, t: 1_763_870_340.001, vs: 'Zürich' }],
      },
    },
    { name: 'the opening of an epoch', format: 'epoch', input: { device: vectorDevice, epoch: 1_763_800_001 } },
    {
      name: 'a leaf of a signed reading',
      format: 'leaf',
      input: {
        assurance: 'device-signed',
        receivedAtMs,
        device: vectorDevice,
        salt: '000102030405060708090a0b0c0d0e0f',
        message: 'd28443a10132a0',
      },
    },
    {
      name: 'a leaf of a legacy reading',
      format: 'leaf',
      input: {
        assurance: 'session-authenticated',
        receivedAtMs: 0,
        device: legacyDevice,
        salt: 'ff'.repeat(16),
        message: '',
      },
    },
    {
      name: 'a statement with two excursions',
      format: 'statement',
      input: {
        node: vectorNode,
        sequence: 7,
        previous: digestOf(0xaa),
        registryVersion: 42,
        size: 1000,
        root: digestOf(0xbb),
        fromMs: receivedAtMs,
        toMs: receivedAtMs + 50_000,
        sealedAtMs: vectorNowMs,
        summaryDigest: digestOf(0xcc),
        excursions: [
          {
            device: vectorDevice,
            stream: 'temperature',
            rule: 'chilled',
            fromMs: receivedAtMs - 900_000,
            toMs: receivedAtMs,
            peak: 12_750,
          },
          { device: vectorDevice, stream: '', rule: 'frozen', fromMs: 0, toMs: 0, peak: -18_001 },
        ],
      },
    },
    {
      name: 'the first statement of a node, with nothing to say',
      format: 'statement',
      input: {
        node: vectorNode,
        sequence: 0,
        previous: digestOf(0),
        registryVersion: 0,
        size: 0,
        root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        fromMs: vectorNowMs,
        toMs: vectorNowMs,
        sealedAtMs: vectorNowMs,
        summaryDigest: digestOf(0xcd),
        excursions: [],
      },
    },
    {
      name: 'a summary of two devices',
      format: 'summary',
      input: {
        node: vectorNode,
        sequence: 7,
        devices: [
          {
            device: legacyDevice,
            assurance: 'session-authenticated',
            readings: 2,
            ranges: [],
            streams: [
              {
                stream: 'temp',
                unit: null,
                intervals: [{ startMs: intervalMs, count: 2, min: -500, max: 250, mean: -125 }],
              },
            ],
          },
          {
            device: vectorDevice,
            assurance: 'device-signed',
            readings: 4,
            ranges: [
              { epoch: 1_763_800_000, first: 0, last: 1 },
              { epoch: 1_763_800_000, first: 3, last: 3 },
              { epoch: 1_763_800_001, first: 0, last: 0 },
            ],
            streams: [
              {
                stream: 'humidity',
                unit: '%RH',
                intervals: [{ startMs: intervalMs, count: 1, min: 71_500, max: 71_500, mean: 71_500 }],
              },
              {
                stream: 'temperature',
                unit: 'Cel',
                intervals: [
                  { startMs: intervalMs, count: 3, min: 4000, max: 4500, mean: 4250 },
                  { startMs: intervalMs + 300_000, count: 1, min: 4250, max: 4250, mean: 4250 },
                ],
              },
            ],
          },
        ],
      },
    },
    { name: 'a summary of nothing', format: 'summary', input: { node: vectorNode, sequence: 0, devices: [] } },
    {
      name: 'a report of a head',
      format: 'headReport',
      input: {
        node: vectorNode,
        head: { sequence: 7, digest: digestOf(0xdd) },
        height: 61,
        reportedAtMs: vectorNowMs,
      },
    },
    {
      name: 'a report that nothing is anchored',
      format: 'headReport',
      input: { node: vectorNode, head: null, height: 3, reportedAtMs: vectorNowMs },
    },
    {
      name: 'a copy of the registry',
      format: 'registryCopy',
      input: {
        format: 1,
        node: vectorNode,
        version: 42,
        revision: 3,
        issuedMs: vectorNowMs - 1000,
        expiresMs: vectorNowMs + 1,
        devices: [
          {
            device: vectorDevice,
            mspId: vectorMspId,
            publicKey: toBase64Url(keys.device.public.bytes),
            kind: 'probe',
            place: vectorNode.slice(0, 13),
            epc: null,
            assignments: [{ node: vectorNode, fromMs: 0, toMs: null }],
            rules: [{ id: 'chilled', stream: 'temperature', unit: 'Cel', min: 0, max: 5000, durationMs: 900_000 }],
            calibration: null,
            validFromMs: 0,
            validToMs: null,
            credential: { passwordDigest: toBase64Url(new Uint8Array(32).fill(0xee)), expiresMs: vectorNowMs + 1 },
          },
        ],
        revocations: [
          {
            kid: toBase64Url(keys.stranger.signing.kid),
            subject: 'urn:dev:os:32473-000666',
            reason: 'stolen',
            last: { epoch: 1, counter: 2 },
          },
        ],
        gatewayKeys: [{ mspId: vectorMspId, publicKey: toBase64Url(keys.gateway.public.bytes) }],
      },
    },
    {
      name: 'a proof of possession',
      format: 'enrolment',
      input: { purpose: 'device', subject: vectorDevice, mspId: vectorMspId, code: 'ONE-TIME-CODE' },
    },
    {
      name: 'a capture',
      format: 'capture',
      input: {
        signer: 'freshhub/erp',
        document: {
          type: 'ObjectEvent',
          action: 'OBSERVE',
          epcList: ['https://id.gs1.org/01/09521321000018/10/A%2F1'],
        },
      },
    },
    { name: 'an upload of nothing', format: 'upload', input: [] },
    {
      name: 'an upload of two batches',
      format: 'upload',
      input: [
        { statement: 'd28440', summary: 'a0' },
        { statement: '', summary: 'ff'.repeat(300) },
      ],
    },
  ];
}
