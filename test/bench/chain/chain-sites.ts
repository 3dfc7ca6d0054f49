import { companyPrefix, gln, gtin } from '../../../infra/story/keys.ts';

export interface ChainSite {
  readonly gln: string;
  readonly mspId: string;
  readonly name: string;
  readonly kind: string;
}

export interface ChainSites {
  readonly farms: readonly ChainSite[];
  readonly packers: readonly ChainSite[];
  readonly processors: readonly ChainSite[];
  readonly centres: readonly ChainSite[];
  readonly stores: readonly ChainSite[];
}

/** Sites of a chain of so many events: a larger one has more of them, and busier ones. */
export function chainSites(events: number): ChainSites {
  const size = (events / 10_000) ** 0.7;
  const many = (count: number) => Math.max(2, Math.round(count * size));
  const row = (count: number, prefix: string, first: number, mspId: string, name: string, kind: string): ChainSite[] =>
    Array.from({ length: count }, (_, index) => ({
      gln: gln(prefix, first + index),
      mspId,
      name: `${name} ${index + 1}`,
      kind,
    }));
  return {
    farms: row(many(8), companyPrefix.growers, 10_000, 'GrowersMSP', 'Farm', 'field'),
    packers: row(many(2), companyPrefix.freshHub, 20_000, 'FreshHubMSP', 'Packhouse', 'packhouse'),
    processors: row(many(1), companyPrefix.freshHub, 40_000, 'FreshHubMSP', 'Kitchen', 'packhouse'),
    centres: row(many(2), companyPrefix.freshHub, 60_000, 'FreshHubMSP', 'Warehouse', 'warehouse'),
    stores: row(many(12), companyPrefix.retail, 10_000, 'RetailMSP', 'Store', 'store'),
  };
}

const products = (prefix: string, first: number, count: number) =>
  Array.from({ length: count }, (_, index) => gtin(prefix, first + index));

/** Products by what they are: raw goods, bulk ingredients, packed goods, dishes. */
export const chainProducts = {
  raw: products(companyPrefix.growers, 101, 12),
  bulk: products(companyPrefix.growers, 201, 4),
  packed: products(companyPrefix.freshHub, 301, 24),
  dishes: products(companyPrefix.freshHub, 401, 24),
} as const;
