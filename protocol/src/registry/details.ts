import { z } from 'zod';

/** Longest texts of master data, in characters. What is on the ledger stays there, so each text is bounded. */
export const maxDetailChars = 200;
const detail = z.string().min(1).max(maxDetailChars);

/** Where somebody can go or write to; names as the country uses them. */
export const postalAddressSchema = z.strictObject({
  street: detail.optional(),
  city: z.string().min(1).max(100).optional(),
  /** State, province or region. */
  region: z.string().min(1).max(100).optional(),
  postalCode: z.string().min(1).max(20).optional(),
  /** ISO 3166-1 alpha-2. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country code of two letters (ISO 3166-1)')
    .optional(),
});
export type PostalAddress = z.infer<typeof postalAddressSchema>;

/** Whom to call. It is meant for a desk or a department: the ledger forgets nothing, people's names included. */
export const contactSchema = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  phone: z
    .string()
    .regex(/^(?=.*\d)[+0-9 ().\-/]{3,30}( ?(x|ext\.?) ?\d{1,8})?$/i, 'a phone number')
    .optional(),
  email: z.email().max(maxDetailChars).optional(),
});
export type Contact = z.infer<typeof contactSchema>;

/** FDA's number of a registered food facility: eleven digits. */
const fdaRegistrationSchema = z.string().regex(/^\d{11}$/, 'an FDA food facility registration of 11 digits');
/** By its form only: what endorsers agree on must not hang on a platform's own parser of addresses. */
const webAddressSchema = z
  .string()
  .regex(/^https?:\/\/[^\s/]+(\/\S*)?$/, 'a web address')
  .max(maxDetailChars);

/** What a place may say of itself beyond its name: the parts of a location description (21 CFR 1.1310) and its reference. */
export const placeDetailsShape = {
  /** Name of the business at this place, where it is not the organisation's. */
  businessName: detail.optional(),
  postalAddress: postalAddressSchema.optional(),
  contact: contactSchema.optional(),
  fdaRegistration: fdaRegistrationSchema.optional(),
  /** Name that the grower gives to the field, pond, pool, tank or cage (21 CFR 1.1325(a)(1)(v) and (vi)). */
  growingArea: detail.optional(),
  growingAreaKind: z.enum(['field', 'container']).optional(),
  /** GLN of the place that this one is a part of: the farm of a field. */
  partOf: z
    .string()
    .regex(/^\d{13}$/, 'a GLN of 13 digits')
    .optional(),
  /** Web address at which the location description of this place can be had (traceability lot code source reference). */
  sourceReference: webAddressSchema.optional(),
};

/** What a product may say of itself: the parts of a product description (21 CFR 1.1310), and what decides which rules hold. */
export const productDetailsShape = {
  description: detail.optional(),
  brand: detail.optional(),
  commodity: detail.optional(),
  variety: detail.optional(),
  /** Species or acceptable market name, for seafood. */
  species: detail.optional(),
  packagingSize: z.string().min(1).max(60).optional(),
  packagingStyle: z.string().min(1).max(60).optional(),
  /** Whether it is a raw agricultural commodity that has not been packed yet: a bin from a field. */
  rawCommodity: z.boolean().optional(),
  /** Whether it is on FDA's Food Traceability List; absent where nobody has said. */
  foodTraceabilityList: z.boolean().optional(),
  foodSource: z.enum(['produce', 'aquaculture', 'fishing-vessel', 'other']).optional(),
  /** GS1 Global Product Classification, brick. */
  gpcBrick: z
    .string()
    .regex(/^\d{8}$/, 'a GPC brick of 8 digits')
    .optional(),
};

/** What an organisation may say of itself beyond its name. */
export const organisationDetailsShape = {
  /** GLN of the organisation as a party. */
  gln: z
    .string()
    .regex(/^\d{13}$/, 'a GLN of 13 digits')
    .optional(),
  postalAddress: postalAddressSchema.optional(),
  contact: contactSchema.optional(),
  website: webAddressSchema.optional(),
};
