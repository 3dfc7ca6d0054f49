import { z } from 'zod';
import { isDeviceUrn } from '../reading/device-urn.ts';
import { organisationDetailsShape, placeDetailsShape, productDetailsShape } from './details.ts';

/** Parts that many records share. Texts are bounded: what is on the ledger stays there. */
export const mspIdSchema = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'an MSP id');
export const glnSchema = z.string().regex(/^\d{13}$/, 'a GLN of 13 digits');
export const gtinSchema = z.string().regex(/^\d{14}$/, 'a GTIN of 14 digits');
export const nodeIdSchema = z.string().regex(/^\d{13}\/(0|[1-9]\d{0,2})$/, 'an edge node {gln}/{n}');
export const deviceUrnSchema = z.string().refine(isDeviceUrn, 'a device URN (RFC 9039)');
/** 32 bytes in base64url: 43 characters, of which the last has two bits to spare that must be zero. */
const base64Url32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
export const publicKeySchema = z.string().regex(base64Url32, 'an Ed25519 key of 32 bytes in base64url');
export const digestSchema = z.string().regex(base64Url32, 'a digest of 32 bytes in base64url');
export const timeMsSchema = z.int().min(0).max(253_402_300_799_999);
const nameSchema = z.string().min(1).max(200);

/** Keys by which an organisation speaks outside Fabric's own identities; each has one purpose. */
export const organisationSchema = z.strictObject({
  mspId: mspIdSchema,
  name: nameSchema,
  /** GS1 company prefixes that it holds; needed to write its Digital Links as URNs. */
  companyPrefixes: z.array(z.string().regex(/^\d{4,12}$/)).max(50),
  /** Signs the copies of the registry that its edge nodes work by. */
  registryKey: publicKeySchema,
  /** Signs its gateway's head reports. */
  gatewayKey: publicKeySchema,
  ...organisationDetailsShape,
});
export type Organisation = z.infer<typeof organisationSchema>;

export const siteSchema = z.strictObject({
  gln: glnSchema,
  mspId: mspIdSchema,
  name: nameSchema,
  kind: z.enum(['field', 'packhouse', 'warehouse', 'store', 'other']),
  address: z.string().max(400).optional(),
  /** WGS 84, in ten-millionths of a degree. */
  position: z
    .strictObject({
      latitudeE7: z.int().min(-900_000_000).max(900_000_000),
      longitudeE7: z.int().min(-1_800_000_000).max(1_800_000_000),
    })
    .optional(),
  ...placeDetailsShape,
});
export type Site = z.infer<typeof siteSchema>;

/**
 * When a stream breaks a rule: outside `min`…`max` (thousandths of the unit) for `durationMs` without a reading inside
 * them, by the readings' own times.
 */
export const ruleSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a short rule id'),
    stream: z.string().max(64),
    unit: z.string().max(16),
    min: z.int().nullable(),
    max: z.int().nullable(),
    durationMs: z
      .int()
      .min(0)
      .max(7 * 86_400_000),
  })
  .refine((rule) => rule.min !== null || rule.max !== null, 'a rule needs min or max');
export type Rule = z.infer<typeof ruleSchema>;

/** At which edge nodes a device may deliver, and when. A tracker has several. */
export const assignmentSchema = z.strictObject({
  node: nodeIdSchema,
  fromMs: timeMsSchema,
  toMs: timeMsSchema.nullable(),
});
export type Assignment = z.infer<typeof assignmentSchema>;

export const calibrationSchema = z.strictObject({
  atMs: timeMsSchema,
  dueMs: timeMsSchema,
  certificate: z.string().max(200),
});

export const deviceSchema = z.strictObject({
  device: deviceUrnSchema,
  mspId: mspIdSchema,
  /** `null` for a legacy sensor that cannot sign: its readings are `session-authenticated`. */
  publicKey: publicKeySchema.nullable(),
  kind: z.enum(['probe', 'tracker', 'legacy', 'replay']),
  model: z.string().max(100).optional(),
  /** The place whose conditions a fixed device measures; `null` for one that travels. */
  place: glnSchema.nullable(),
  /** The device as an asset (GIAI, GRAI or SGTIN as a Digital Link), by which association events name it. */
  epc: z.string().max(200).nullable(),
  assignments: z.array(assignmentSchema).min(1).max(64),
  rules: z.array(ruleSchema).max(32),
  calibration: calibrationSchema.nullable(),
  validFromMs: timeMsSchema,
  validToMs: timeMsSchema.nullable(),
});
export type Device = z.infer<typeof deviceSchema>;

export const edgeNodeSchema = z.strictObject({ node: nodeIdSchema, mspId: mspIdSchema, publicKey: publicKeySchema });
export type EdgeNode = z.infer<typeof edgeNodeSchema>;

/** Whoever signs supply-chain events: an organisation's application or a person's device. `places` empty: all of its organisation. */
export const signerSchema = z.strictObject({
  signer: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/, 'a signer id'),
  mspId: mspIdSchema,
  publicKey: publicKeySchema,
  places: z.array(glnSchema).max(1000),
});
export type Signer = z.infer<typeof signerSchema>;

/** A product with its limits: what counts as an excursion depends on it. `stream` is the record's name, as `temperature`. */
export const productSchema = z.strictObject({
  gtin: gtinSchema,
  mspId: mspIdSchema,
  name: nameSchema,
  limits: z.array(ruleSchema).max(16),
  ...productDetailsShape,
});
export type Product = z.infer<typeof productSchema>;

/** Revocation counts in commit order. `last`: the last sequence that is still believed, for devices; later ones are quarantined. */
export const revocationSchema = z.strictObject({
  kid: digestSchema,
  subject: z.string().max(200),
  reason: z.string().min(1).max(400),
  last: z.strictObject({ epoch: z.int().min(0), counter: z.int().min(0) }).nullable(),
});
export type Revocation = z.infer<typeof revocationSchema>;
