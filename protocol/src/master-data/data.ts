import { z } from 'zod';
import { organisationDetailsShape, placeDetailsShape, productDetailsShape } from '../registry/details.ts';
import { siteSchema } from '../registry/records.ts';

const nameSchema = siteSchema.shape.name;

/** What is known of a place, whoever it belongs to: a site's fields without the member that registered it. */
export const placeDataSchema = z.strictObject({
  gln: siteSchema.shape.gln,
  name: nameSchema,
  kind: siteSchema.shape.kind.optional(),
  address: siteSchema.shape.address,
  position: siteSchema.shape.position,
  ...placeDetailsShape,
  /** GLN of the party whose place it is. */
  organisation: siteSchema.shape.gln.optional(),
});
export type PlaceData = z.infer<typeof placeDataSchema>;

/** What is known of a product, whoever makes it. */
export const productDataSchema = z.strictObject({
  gtin: z.string().regex(/^\d{14}$/, 'a GTIN of 14 digits'),
  name: nameSchema,
  ...productDetailsShape,
});
export type ProductData = z.infer<typeof productDataSchema>;

/** What is known of an organisation as a party, by its GLN. */
export const organisationDataSchema = z.strictObject({
  ...organisationDetailsShape,
  gln: siteSchema.shape.gln,
  name: nameSchema,
});
export type OrganisationData = z.infer<typeof organisationDataSchema>;

export const masterDataKinds = ['product', 'place', 'organisation'] as const;
export type MasterDataKind = (typeof masterDataKinds)[number];

/** Whether a record is for the ledger, in the importing organisation's own name, or a private note on somebody outside. */
export const scopeSchema = z.enum(['own', 'outside']);
export type Scope = z.infer<typeof scopeSchema>;

/** A record that has been read and is right by itself. `scope` is `null` where the source does not say. */
export type MasterDataRecord = {
  readonly scope: Scope | null;
  /** Where it stood: a row of a sheet, or a JSON pointer. */
  readonly at: string;
} & (
  | { readonly kind: 'product'; readonly data: Partial<ProductData> & Pick<ProductData, 'gtin'> }
  | { readonly kind: 'place'; readonly data: Partial<PlaceData> & Pick<PlaceData, 'gln'> }
  | { readonly kind: 'organisation'; readonly data: Partial<OrganisationData> & Pick<OrganisationData, 'gln'> }
);

/** Why a field or record is refused. Closed. */
export const masterDataProblemCodes = [
  'missing',
  'malformed',
  'check-digit',
  'length',
  'character',
  'identifier',
  'term',
  'duplicate',
  'prefix',
  'owner',
  'kind-unknown',
] as const;
export type MasterDataProblemCode = (typeof masterDataProblemCodes)[number];

/** One fault of one field, with what stood there. */
export interface MasterDataProblem {
  readonly at: string;
  readonly field: string | null;
  readonly code: MasterDataProblemCode;
  readonly message: string;
  readonly value: string | null;
}

/** What was read out of a document: records that are right by themselves, what is wrong, and names that nobody here knows. */
export interface ReadMasterData {
  readonly records: readonly MasterDataRecord[];
  readonly problems: readonly MasterDataProblem[];
  readonly ignored: readonly string[];
}
