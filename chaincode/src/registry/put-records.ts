import type { TransactionInput } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { assertCheckDigits } from './check-digits.ts';
import { indexKey } from './key-index.ts';
import { assertOwn, loadOrganisation } from './ownership.ts';
import { registered } from './registered.ts';

/** An organisation writes itself. Its keys may change; earlier ones stay in the index and are never anybody else's. */
export async function putOrganisation(
  { organisation }: TransactionInput<'registry:PutOrganisation'>,
  draft: Draft,
  { submitter, timeMs }: Circumstances,
): Promise<Outcome> {
  const { mspId, registryKey, gatewayKey } = organisation;
  assertOwn('organisation', mspId, submitter);
  if (registryKey === gatewayKey) {
    throw new Refused('key-in-use', 'the registry key and the gateway key have to differ', { mspId });
  }
  const own = { subject: mspId, mspId };
  assertCheckDigits('gln', [organisation.gln ?? []].flat());
  await indexKey(draft, { publicKey: registryKey, use: 'registry', ...own }, timeMs, { mayStay: true });
  await indexKey(draft, { publicKey: gatewayKey, use: 'gateway', ...own }, timeMs, { mayStay: true });
  draft.put('organisation', [mspId], { schema: 1, ...organisation });
  return registered('organisation', mspId);
}

/** An organisation says how events on its own goods are judged. */
export async function putPolicy(
  { policy }: TransactionInput<'registry:PutPolicy'>,
  draft: Draft,
  { submitter }: Circumstances,
): Promise<Outcome> {
  assertOwn('policy', policy.mspId, submitter);
  await loadOrganisation(draft, submitter);
  draft.put('policy', [policy.mspId], { schema: 1, ...policy });
  return registered('policy', policy.mspId);
}

/** An organisation writes a site of its own. A site stays with whoever registered it. */
export async function putSite(
  { site }: TransactionInput<'registry:PutSite'>,
  draft: Draft,
  { submitter }: Circumstances,
): Promise<Outcome> {
  assertOwn('site', site.mspId, submitter);
  assertCheckDigits('gln', [site.gln, site.partOf ?? []].flat());
  await loadOrganisation(draft, submitter);
  const known = await draft.load('site', site.gln);
  if (known) assertOwn('site', known.mspId, submitter);
  draft.put('site', [site.gln], { schema: 1, ...site });
  return registered('site', site.gln);
}

/** An organisation writes a product of its own, with the limits by which excursions are judged. */
export async function putProduct(
  { product }: TransactionInput<'registry:PutProduct'>,
  draft: Draft,
  { submitter }: Circumstances,
): Promise<Outcome> {
  assertOwn('product', product.mspId, submitter);
  assertCheckDigits('gtin', [product.gtin]);
  await loadOrganisation(draft, submitter);
  const known = await draft.load('product', product.gtin);
  if (known) assertOwn('product', known.mspId, submitter);
  draft.put('product', [product.gtin], { schema: 1, ...product });
  return registered('product', product.gtin);
}

/** An organisation writes several of its sites and products. One that is refused refuses all. */
export async function putRecords(
  { sites, products }: TransactionInput<'registry:PutRecords'>,
  draft: Draft,
  circumstances: Circumstances,
): Promise<Outcome> {
  for (const site of sites) await putSite({ site }, draft, circumstances);
  for (const product of products) await putProduct({ product }, draft, circumstances);
  return registered('records', String(sites.length + products.length));
}
