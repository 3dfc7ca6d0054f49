/**
 * What a GS1 key names. Every value is decoded (no percent-escapes) and checked: GTINs have 14 digits, and digits end
 * in their check digit.
 *
 * - `lgtin`: all goods of one lot; `sgtin`: one item, its lot when the source said it; `gtin`: a product
 * - `sscc`: a logistic unit; `grai`: a returnable asset (a type of them without `serial`); `giai`: an individual asset
 * - `gln`: a place; `sgln`: a place inside a place; `pgln`: a party
 */
export type GS1Identifier =
  | { readonly kind: 'gtin'; readonly gtin: string }
  | { readonly kind: 'lgtin'; readonly gtin: string; readonly lot: string }
  | { readonly kind: 'sgtin'; readonly gtin: string; readonly serial: string; readonly lot?: string }
  | { readonly kind: 'sscc'; readonly sscc: string }
  | { readonly kind: 'gln'; readonly gln: string }
  | { readonly kind: 'sgln'; readonly gln: string; readonly extension: string }
  | { readonly kind: 'pgln'; readonly gln: string }
  | { readonly kind: 'grai'; readonly assetType: string; readonly serial?: string }
  | { readonly kind: 'giai'; readonly giai: string };

/** The names of the kinds of `GS1Identifier`. */
export type GS1Kind = GS1Identifier['kind'];

/** Longest text that is looked at as an identifier: the longest escaped key with a custom domain and query. */
export const maxIdentifierChars = 2048;
