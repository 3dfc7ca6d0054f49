import {
  type DeviceRecord,
  generateSigningKey,
  importPublicKey,
  openRegistryCopy,
  type RegistryCopy,
  type RevocationRecord,
  type SigningKey,
  toBase64Url,
} from '@hopline/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { Projection } from '../projection/projection.ts';
import type { Store } from '../store/store.ts';
import { testDatabases } from '../testing/databases.ts';
import { stateWrite } from '../testing/state-facts.ts';
import { testNode, transactionBlock } from '../testing/statement-facts.ts';
import { copyLimits, type LeftOut, RegistryCopies } from './registry-copy.ts';

/** Copies out of a registry in which others have registered what they like. */
const own = 'FreshHubMSP';
const other = 'RetailMSP';
const kid = (n: number) => toBase64Url(new Uint8Array(32).fill(n));
const urn = (n: number) => `urn:dev:mac:0024befffe8${n.toString(16).padStart(5, '0')}`;
const [ownKid, oldKid, nodeKid, strangerKid, gatewayKid] = [1, 2, 3, 4, 5].map(kid) as [
  string,
  string,
  string,
  string,
  string,
];

const databases = await testDatabases();
let store: Store;
let key: SigningKey;

beforeAll(async () => {
  store = await databases.open('PGlite');
  key = (await generateSigningKey()).key;
  const projection = await Projection.open(store);
  await projection.apply(
    transactionBlock(0, {
      name: 'registry:PutOrganisation',
      argument: '{}',
      writes: [
        organisation(own, 11),
        organisation(other, 12),
        stateWrite('edge-node', [testNode], {
          node: testNode,
          mspId: own,
          publicKey: kid(3),
          kid: nodeKid,
          enrolledAtMs: 0,
          revoked: false,
        }),
        device(1, own, 'probe', ownKid),
        device(2, own, 'probe', null),
        // Trackers of another organisation: one has a password here, the others only claim to deliver here.
        device(0, other, 'tracker', strangerKid),
        device(3, other, 'tracker', null),
        // That of a gateway whose key is revoked.
        stateWrite('key', [gatewayKid], {
          kid: gatewayKid,
          publicKey: kid(112),
          use: 'gateway',
          subject: other,
          mspId: other,
          registeredAtMs: 0,
        }),
        revocation(ownKid, urn(1), 'device', own),
        revocation(oldKid, urn(2), 'device', own),
        revocation(nodeKid, testNode, 'edge-node', own),
        revocation(strangerKid, urn(0), 'device', other),
        revocation(kid(6), '9521002000115/7', 'edge-node', own),
        revocation(kid(7), `${other}/gateway`, 'signer', other),
        revocation(gatewayKid, other, 'gateway', other),
      ],
    }),
  );
  await store.writeOwn((_tx, put) =>
    put({
      table: 'credentials',
      row: { device: urn(3), password_digest: kid(20), created_ms: 0, expires_ms: 4_000_000_000_000 },
    }),
  );
}, 60_000);

afterAll(() => databases.stop());

test('a copy has the own devices and those with a password here, not what others assign to the node', async () => {
  const { copy, leftOut } = await issue();
  expect(copy.devices.map(({ device }) => device)).toEqual([urn(1), urn(2), urn(3)]);
  expect(leftOut).toEqual({ devices: 0, revocations: 0, gatewayKeys: 0 });
});

test('it leaves out revoked gateway keys', async () => {
  expect((await issue()).copy.gatewayKeys).toEqual([{ mspId: own, publicKey: kid(111) }]);
});

test('it carries the revocations of its devices, its node and gateways, and no others', async () => {
  const { copy } = await issue();
  expect(copy.revocations.map(({ subject }) => subject)).toEqual([urn(1), urn(2), testNode, other]);
});

test('it is cut short at its limits, says so, and is still one that an edge node reads', async () => {
  const { copy, leftOut } = await issue({ ...copyLimits, maxDevices: 2, maxRevocations: 1, maxGatewayKeys: 0 });
  expect(copy.devices.map(({ device }) => device)).toEqual([urn(1), urn(2)]);
  // The one that the copy needs most: of a device's current key.
  expect(copy.revocations.map((revoked) => revoked.kid)).toEqual([ownKid]);
  expect(leftOut).toEqual({ devices: 1, revocations: 1, gatewayKeys: 1 });
});

test('its bytes are limited as well', async () => {
  const { copy, leftOut } = await issue({ ...copyLimits, maxDeviceBytes: 500 });
  expect(copy.devices.map(({ device }) => device)).toEqual([urn(1)]);
  expect(leftOut.devices).toBe(2);
});

async function issue(limits = copyLimits as ConstructorParameters<typeof RegistryCopies>[2]['limits']) {
  const told: LeftOut[] = [];
  const copies = new RegistryCopies(store, systemClock, {
    channel: 'provenance',
    mspId: own,
    key,
    validityMs: 60_000,
    ...(limits ? { limits } : {}),
    onLeftOut: (_node, leftOut) => told.push(leftOut),
  });
  const issued = await copies.forNode(testNode, undefined);
  const copy: RegistryCopy = await openRegistryCopy(issued?.bytes ?? new Uint8Array(), {
    channel: 'provenance',
    node: testNode,
    key: await importPublicKey(key.publicKey),
    kid: key.kid,
    nowMs: Date.now(),
  });
  return { copy, leftOut: told[0] as LeftOut };
}

function organisation(mspId: string, n: number) {
  return stateWrite('organisation', [mspId], {
    mspId,
    name: mspId,
    companyPrefixes: [],
    registryKey: kid(n),
    gatewayKey: kid(n + 100),
  });
}

function device(n: number, mspId: string, kind: DeviceRecord['kind'], currentKid: string | null) {
  return stateWrite('device', [urn(n)], {
    device: urn(n),
    mspId,
    publicKey: currentKid === null ? null : kid(n),
    kind,
    place: null,
    epc: null,
    assignments: [{ node: testNode, fromMs: 0, toMs: null }],
    rules: [],
    calibration: null,
    validFromMs: 0,
    validToMs: null,
    kid: currentKid,
    enrolledAtMs: 0,
    revoked: false,
  });
}

function revocation(revoked: string, subject: string, use: RevocationRecord['use'], mspId: string) {
  return stateWrite('revocation', [revoked], {
    kid: revoked,
    subject,
    reason: 'stolen',
    last: null,
    use,
    mspId,
    revokedAtMs: 0,
  });
}
