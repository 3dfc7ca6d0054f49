import type { FsmaEvent } from './fsma-event.ts';

/** The critical tracking events of 21 CFR Part 1 Subpart S. */
export const cteKinds = [
  'harvesting',
  'cooling',
  'initial-packing',
  'first-land-based-receiving',
  'shipping',
  'receiving',
  'transformation',
] as const;
export type CteKind = (typeof cteKinds)[number];

/** Key data elements, by what they are; the same element has another clause in each CTE. */
export type KdeId =
  | 'lot-code'
  | 'commodity'
  | 'product'
  | 'species'
  | 'quantity'
  | 'date'
  | 'recipient'
  | 'previous-source'
  | 'place'
  | 'lot-code-source'
  | 'farm'
  | 'growing-area'
  | 'harvester'
  | 'harvest-date'
  | 'harvest-range'
  | 'catch-area'
  | 'cooling-place'
  | 'cooling-date'
  | 'received-date'
  | 'received-quantity'
  | 'input-lot-code'
  | 'input-product'
  | 'input-quantity'
  | 'documents';

/** A location description (21 CFR 1.1310), with the key of the place and what may stand for the description. */
export interface LocationValue {
  readonly is: 'location';
  readonly gln: string;
  readonly name: string | null;
  readonly businessName: string | null;
  readonly phone: string | null;
  /** Street address, or `latitude, longitude`. */
  readonly street: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  /** FDA registration number or web address by which the description can be had. */
  readonly reference: string | null;
}

/** A product description (21 CFR 1.1310). */
export interface ProductValue {
  readonly is: 'product';
  readonly gtin: string;
  readonly name: string | null;
  readonly brand: string | null;
  readonly commodity: string | null;
  readonly variety: string | null;
  readonly packagingSize: string | null;
  readonly packagingStyle: string | null;
}

export type KdeValue =
  | LocationValue
  | ProductValue
  | { readonly is: 'commodity'; readonly commodity: string; readonly variety: string | null }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'lot-code'; readonly gtin: string; readonly lot: string; readonly code: string }
  | { readonly is: 'quantity'; readonly amount: string; readonly uom: string | null }
  | { readonly is: 'date'; readonly day: string }
  | { readonly is: 'days'; readonly from: string | null; readonly to: string | null }
  | { readonly is: 'party'; readonly name: string | null; readonly phone: string | null }
  | { readonly is: 'documents'; readonly documents: ReadonlyArray<{ readonly type: string; readonly number: string }> };

/**
 * Where a missing element can come from: the master data of a place or product, an event that nobody has captured yet, or a
 * corrected event in place of one that leaves it open.
 */
export const supplyPlaces = ['place', 'product', 'event', 'correction'] as const;
export interface Supply {
  readonly in: (typeof supplyPlaces)[number];
  /** GLN, GTIN, the goods or unit that an event has to be captured about, or the hash of the event that is to be corrected. */
  readonly id: string | null;
  /** Name of the place or product, as far as it is known. */
  readonly name: string | null;
  /** Fields of master data, by the names that an import takes. */
  readonly fields: readonly string[];
  readonly advice: string;
}

/** An element that a record has to hold and does not, whole or in parts. */
export interface MissingKde {
  readonly element: KdeId;
  readonly title: string;
  /** The clause that asks for it: `21 CFR 1.1340(a)(4)`. */
  readonly clause: string;
  /** Parts that are missing where the element is there in part: `phone`. Empty: all of it. */
  readonly parts: readonly string[];
  readonly supply: Supply;
}

/** Events whose times contradict the order in which things must have happened: a clock is wrong, or an event is. */
export const cteRemarks = [
  'cooled-before-harvest',
  'packed-before-harvest',
  'packed-before-receipt',
  'received-before-shipment',
  'moved-before-lot-code',
] as const;
export type CteRemark = (typeof cteRemarks)[number];

/** One critical tracking event of one lot: a row of the sheet. */
export interface CteRecord {
  readonly cte: CteKind;
  readonly event: FsmaEvent;
  /** Other events that hold elements of it: the journey after a harvest, the receipt before a cooling. */
  readonly further: readonly FsmaEvent[];
  /** Canonical identifier of the goods; `null` where a unit moved whose contents nobody told. */
  readonly item: string | null;
  readonly gtin: string | null;
  readonly lot: string | null;
  /** For packing and transformation, the lot that went in. */
  readonly input: string | null;
  /** The unit that the goods moved in. */
  readonly unit: string | null;
  /** GLN of where it happened. */
  readonly place: string | null;
  readonly values: Readonly<Partial<Record<KdeId, KdeValue>>>;
  readonly missing: readonly MissingKde[];
  readonly remarks: readonly CteRemark[];
  /** Whether the product is on the Food Traceability List; `null` where nobody has said. */
  readonly listed: boolean | null;
  /** Whether a later error declaration says that the event did not happen so. */
  readonly declaredWrong: boolean;
}

/** A movement that is no CTE, and why. */
export interface PassedOver {
  readonly event: FsmaEvent;
  readonly item: string | null;
  /** 21 CFR 1.1340(c) and 1.1345(c): before initial packing neither shipping nor receiving is one. */
  readonly why: 'before-initial-packing';
}
