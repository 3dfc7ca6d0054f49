import { type Facts, type FsmaEvent, type ProductFacts, traceabilityLotCode, tradeItem } from './fsma-event.ts';
import type { KdeValue, LocationValue, ProductValue } from './kde.ts';

/** The description of a place, as far as master data go; `null` without a GLN. */
export function describePlace(facts: Facts, gln: string | null): LocationValue | undefined {
  if (gln === null) return undefined;
  const place = facts.place(gln);
  const party = facts.party(place?.organisation ?? gln);
  // An organisation's seat is not where its goods are handled: its address counts where its own GLN is named.
  const address = place?.postalAddress ?? facts.party(gln)?.postalAddress;
  return {
    is: 'location',
    gln,
    name: place?.name ?? party?.name ?? null,
    businessName: place?.businessName ?? place?.organisationName ?? party?.name ?? null,
    phone: place?.contact?.phone ?? party?.contact?.phone ?? null,
    street: address?.street ?? coordinates(place?.position),
    city: address?.city ?? null,
    region: address?.region ?? null,
    postalCode: address?.postalCode ?? null,
    country: address?.country ?? null,
    reference: place?.fdaRegistration ? `FDA registration ${place.fdaRegistration}` : (place?.sourceReference ?? null),
  };
}

/** The description of a product; its brand, commodity and variety are parts of its name where they apply. */
export function describeProduct(facts: Facts, gtin: string | null): ProductValue | undefined {
  if (gtin === null) return undefined;
  const product = facts.product(gtin);
  return {
    is: 'product',
    gtin,
    name: product?.name ?? product?.description ?? product?.species ?? null,
    brand: product?.brand ?? null,
    commodity: product?.commodity ?? null,
    variety: product?.variety ?? null,
    packagingSize: product?.packagingSize ?? null,
    packagingStyle: product?.packagingStyle ?? null,
  };
}

/** Commodity and variety. A product that states no commodity is named by its name. */
export function describeCommodity(product: ProductFacts | null): KdeValue | undefined {
  const commodity = product?.commodity ?? product?.name;
  return commodity === undefined ? undefined : { is: 'commodity', commodity, variety: product?.variety ?? null };
}

/** The lot code of goods; nothing where the event does not tell the lot. */
export function lotCode(item: string | null): KdeValue | undefined {
  const trade = item === null ? null : tradeItem(item);
  if (!trade || trade.lot === null) return undefined;
  return { is: 'lot-code', gtin: trade.gtin, lot: trade.lot, code: traceabilityLotCode(trade.gtin, trade.lot) };
}

/** What reference documents are called, by their CBV type (CBV 2.0, section 7.3). */
const documentTypes: Readonly<Record<string, string>> = {
  bol: 'Bill of lading',
  cert: 'Certificate',
  desadv: 'Dispatch advice (ASN)',
  inv: 'Invoice',
  pedigree: 'Pedigree',
  po: 'Purchase order',
  poc: 'Purchase order confirmation',
  prodorder: 'Production order',
  recadv: 'Receiving advice',
  rma: 'Return authorisation',
  testprd: 'Test procedure',
  testres: 'Test result',
  upevt: 'Upstream event',
};

/** The business transactions of events as reference documents, each once. */
export function referenceDocuments(events: readonly FsmaEvent[]): KdeValue | undefined {
  const all = events.flatMap(({ event }) =>
    event.bizTransactions.map(({ type, id }) => ({
      type: type === null ? 'Document' : (documentTypes[type] ?? type),
      number: documentNumber(id),
    })),
  );
  const unique = [...new Map(all.map((document) => [`${document.type} ${document.number}`, document])).values()];
  return unique.length === 0 ? undefined : { is: 'documents', documents: unique };
}

/**
 * The number that stands on the document: what follows the issuer in `urn:epcglobal:cbv:bt:{gln}:{number}`, without the escapes
 * that a URN needs for a slash or a space. One whose escapes are no text stays as it is.
 */
function documentNumber(id: string): string {
  const number = /^urn:epcglobal:cbv:bt:[^:]*:(.+)$/.exec(id)?.[1];
  if (number === undefined) return id;
  try {
    return decodeURIComponent(number);
  } catch {
    return number;
  }
}

function coordinates(position: { latitudeE7: number; longitudeE7: number } | undefined): string | null {
  return position ? `${position.latitudeE7 / 1e7}, ${position.longitudeE7 / 1e7}` : null;
}
