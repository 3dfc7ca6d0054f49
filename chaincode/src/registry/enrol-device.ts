import { type Assignment, type Device, parseNodeId, type TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { assertBound, openProof, redeemProof } from './open-proof.ts';
import { assertOwn, loadOrganisation, loadSite } from './ownership.ts';
import { registered } from './registered.ts';

/**
 * Registers a device of the organisation. One that can sign proves that it holds its key; a legacy one has neither key nor
 * proof. A device is enrolled once; after its key was revoked it may be enrolled again with a new one.
 */
export async function enrolDevice(
  { proof, device }: TransactionInput<'registry:EnrolDevice'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  const { submitter, timeMs } = circumstances;
  assertOwn('device', device.mspId, submitter);
  await loadOrganisation(draft, submitter);
  await assertNew(draft, device, submitter);
  await assertPlaces(draft, device);
  const kid = await enrolKey(proof, device, draft, circumstances);
  draft.put('device', [device.device], { schema: 1, ...device, kid, enrolledAtMs: timeMs, revoked: false });
  return registered('device', device.device);
}

/** Changes what may change of a device: where it measures and delivers, its rules, its calibration, the end of its validity. */
export async function updateDevice(
  { device, ...changes }: TransactionInput<'registry:UpdateDevice'>,
  draft: Draft,
  { submitter }: Circumstances,
): Promise<Outcome> {
  const known = await draft.load('device', device);
  if (!known) throw new Refused('unknown-device', 'the device is not registered', { device });
  assertOwn('device', known.mspId, submitter);
  const updated = { ...known, ...changes };
  await assertPlaces(draft, updated);
  draft.put('device', [device], updated);
  return registered('device', device);
}

async function assertNew(draft: Draft, device: Device, submitter: string): Promise<void> {
  const known = await draft.load('device', device.device);
  if (!known) return;
  assertOwn('device', known.mspId, submitter);
  if (known.revoked) return;
  throw new Refused('already-enrolled', 'the device is enrolled already', { device: device.device, kid: known.kid });
}

async function enrolKey(
  proof: string | null,
  device: Device,
  draft: Draft,
  circumstances: Circumstances,
): Promise<string | null> {
  if (device.publicKey === null || proof === null) {
    if (device.publicKey === null && proof === null) return null;
    throw new Refused('signature-refused', 'a device has a key and a proof that it holds it, or neither', {
      device: device.device,
      hasKey: device.publicKey !== null,
      hasProof: proof !== null,
    });
  }
  const enrolment = await openProof(proof, 'device', circumstances);
  assertBound(enrolment, device.device, device.publicKey);
  return redeemProof(draft, enrolment, circumstances.timeMs);
}

/** A fixed device delivers to nodes of its own organisation's sites; a tracker to those of any site it passes. */
async function assertPlaces(draft: Draft, device: Device): Promise<void> {
  if (device.validToMs !== null && device.validToMs <= device.validFromMs) {
    throw new Refused('argument-malformed', 'a device is valid from before it is valid to', {
      validFromMs: device.validFromMs,
      validToMs: device.validToMs,
    });
  }
  if (device.place !== null) assertOwn('site', (await loadSite(draft, device.place)).mspId, device.mspId);
  for (const assignment of device.assignments) {
    assertSpan(assignment);
    const site = await loadSite(draft, parseNodeId(assignment.node).gln);
    if (device.kind !== 'tracker') assertOwn('site', site.mspId, device.mspId);
  }
}

function assertSpan({ node, fromMs, toMs }: Assignment): void {
  if (toMs === null || fromMs < toMs) return;
  throw new Refused('argument-malformed', 'an assignment begins before it ends', { node, fromMs, toMs });
}
