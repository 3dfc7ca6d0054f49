import { z } from 'zod';
import { policySchema } from '../registry/policy.ts';
import {
  deviceSchema,
  digestSchema,
  edgeNodeSchema,
  mspIdSchema,
  organisationSchema,
  productSchema,
  publicKeySchema,
  revocationSchema,
  signerSchema,
  siteSchema,
  timeMsSchema,
} from '../registry/records.ts';

/** All records carry the version of their form; a reader takes the versions that it knows. */
export const stateVersion = z.literal(1);

/** `organisation` [mspId] */
export const organisationRecordSchema = z.strictObject({ schema: stateVersion, ...organisationSchema.shape });
export type OrganisationRecord = z.infer<typeof organisationRecordSchema>;

/** `policy` [mspId]. An organisation without one has the strict policy. */
export const policyRecordSchema = z.strictObject({ schema: stateVersion, ...policySchema.shape });
export type PolicyRecord = z.infer<typeof policyRecordSchema>;

/** `site` [gln] */
export const siteRecordSchema = z.strictObject({ schema: stateVersion, ...siteSchema.shape });
export type SiteRecord = z.infer<typeof siteRecordSchema>;

/** `product` [gtin] */
export const productRecordSchema = z.strictObject({ schema: stateVersion, ...productSchema.shape });
export type ProductRecord = z.infer<typeof productRecordSchema>;

/** What enrolment adds to a subject: which key is its current one, since when, and whether it has been revoked. */
const enrolled = { kid: digestSchema, enrolledAtMs: timeMsSchema, revoked: z.boolean() };

/** `edge-node` [node]. Enrolling it again replaces the key; statements under earlier keys stay valid. */
export const edgeNodeRecordSchema = z.strictObject({ schema: stateVersion, ...edgeNodeSchema.shape, ...enrolled });
export type EdgeNodeRecord = z.infer<typeof edgeNodeRecordSchema>;

/** `device` [device]. `kid` is `null` for a legacy device, which has no key. */
export const deviceRecordSchema = z.strictObject({
  schema: stateVersion,
  ...deviceSchema.shape,
  ...enrolled,
  kid: digestSchema.nullable(),
});
export type DeviceRecord = z.infer<typeof deviceRecordSchema>;

/** `signer` [signer] */
export const signerRecordSchema = z.strictObject({ schema: stateVersion, ...signerSchema.shape, ...enrolled });
export type SignerRecord = z.infer<typeof signerRecordSchema>;

/** What a key on the ledger may be used for; each key has one use for ever. */
export const keyUseSchema = z.enum(['device', 'edge-node', 'signer', 'registry', 'gateway']);
export type KeyUse = z.infer<typeof keyUseSchema>;

/** `key` [kid]: every key that was ever registered, so that old signatures can be checked and no key serves twice. */
export const keyRecordSchema = z.strictObject({
  schema: stateVersion,
  kid: digestSchema,
  publicKey: publicKeySchema,
  use: keyUseSchema,
  /** Device URN, node id, signer id, or MSP id for an organisation's own keys. */
  subject: z.string().max(200),
  mspId: mspIdSchema,
  registeredAtMs: timeMsSchema,
});
export type KeyRecord = z.infer<typeof keyRecordSchema>;

/** `revocation` [kid] */
export const revocationRecordSchema = z.strictObject({
  schema: stateVersion,
  ...revocationSchema.shape,
  use: keyUseSchema,
  mspId: mspIdSchema,
  revokedAtMs: timeMsSchema,
});
export type RevocationRecord = z.infer<typeof revocationRecordSchema>;

/** `enrolment-code` [codeDigest]: a one-time code that has been used up. */
export const enrolmentCodeRecordSchema = z.strictObject({
  schema: stateVersion,
  codeDigest: digestSchema,
  mspId: mspIdSchema,
  subject: z.string().max(200),
  usedAtMs: timeMsSchema,
});
export type EnrolmentCodeRecord = z.infer<typeof enrolmentCodeRecordSchema>;
