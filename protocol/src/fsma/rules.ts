import type { CteKind, KdeId, KdeValue, MissingKde } from './kde.ts';

/** An element that a CTE's record has to hold. */
export interface KdeRule {
  readonly element: KdeId;
  readonly clause: string;
  readonly title: string;
  /** `if-any`: "if applicable", so its absence is no fault. */
  readonly demand: 'always' | 'if-any';
}

/**
 * What each record must hold, in the order of the rule: 21 CFR Part 1 Subpart S, sections 1.1325 to 1.1350, as published
 * in the eCFR. Sprouts (1.1330(b)) and food from persons whom the subpart exempts (1.1330(c), 1.1345(b)) are not told apart:
 * nothing in an event says that they are.
 */
export const kdeRules: Readonly<Record<CteKind, readonly KdeRule[]>> = {
  harvesting: rules('1.1325(a)(1)', {
    recipient: ['(i)', 'Location description of the immediate subsequent recipient'],
    commodity: ['(ii)', 'Commodity and, if applicable, variety'],
    quantity: ['(iii)', 'Quantity and unit of measure'],
    farm: ['(iv)', 'Location description of the farm where the food was harvested'],
    'growing-area': ['(v)', 'Name of the field or other growing area'],
    date: ['(vii)', 'Date of harvesting'],
    documents: ['(viii)', 'Reference document type and number'],
    harvester: ['21 CFR 1.1325(a)(2)', "Harvester's business name and phone number"],
  }),
  cooling: rules('1.1325(b)(1)', {
    recipient: ['(i)', 'Location description of the immediate subsequent recipient'],
    commodity: ['(ii)', 'Commodity and, if applicable, variety'],
    quantity: ['(iii)', 'Quantity and unit of measure'],
    place: ['(iv)', 'Location description of where the food was cooled'],
    date: ['(v)', 'Date of cooling'],
    farm: ['(vi)', 'Location description of the farm where the food was harvested'],
    documents: ['(vii)', 'Reference document type and number'],
  }),
  'initial-packing': rules('1.1330(a)', {
    commodity: ['(1)', 'Commodity and, if applicable, variety of the food received'],
    'received-date': ['(2)', 'Date the food was received'],
    'received-quantity': ['(3)', 'Quantity and unit of measure of the food received'],
    farm: ['(4)', 'Location description of the farm where the food was harvested'],
    'growing-area': ['(5)', 'Name of the field or other growing area'],
    harvester: ['(7)', "Harvester's business name and phone number"],
    'harvest-date': ['(8)', 'Date of harvesting'],
    'cooling-place': ['(9)', 'Location description of where the food was cooled', 'if-any'],
    'cooling-date': ['(10)', 'Date of cooling', 'if-any'],
    'lot-code': ['(11)', 'Traceability lot code assigned'],
    product: ['(12)', 'Product description of the packed food'],
    quantity: ['(13)', 'Quantity and unit of measure of the packed food'],
    place: ['(14)', 'Location description of where the food was initially packed (traceability lot code source)'],
    date: ['(15)', 'Date of initial packing'],
    documents: ['(16)', 'Reference document type and number'],
  }),
  'first-land-based-receiving': rules('1.1335', {
    'lot-code': ['(a)', 'Traceability lot code assigned'],
    species: ['(b)', 'Species or acceptable market name, or product description'],
    quantity: ['(c)', 'Quantity and unit of measure'],
    'harvest-range': ['(d)', 'Harvest date range of the trip'],
    'catch-area': ['(d)', 'Harvest locations of the trip'],
    place: ['(e)', 'Location description of the first land-based receiver (traceability lot code source)'],
    date: ['(f)', 'Date the food was landed'],
    documents: ['(g)', 'Reference document type and number'],
  }),
  shipping: rules('1.1340(a)', {
    'lot-code': ['(1)', 'Traceability lot code'],
    quantity: ['(2)', 'Quantity and unit of measure'],
    product: ['(3)', 'Product description'],
    recipient: ['(4)', 'Location description of the immediate subsequent recipient'],
    place: ['(5)', 'Location description of where the food was shipped from'],
    date: ['(6)', 'Date shipped'],
    'lot-code-source': ['(7)', 'Location description of the traceability lot code source, or its reference'],
    documents: ['(8)', 'Reference document type and number'],
  }),
  receiving: rules('1.1345(a)', {
    'lot-code': ['(1)', 'Traceability lot code'],
    quantity: ['(2)', 'Quantity and unit of measure'],
    product: ['(3)', 'Product description'],
    'previous-source': ['(4)', 'Location description of the immediate previous source'],
    place: ['(5)', 'Location description of where the food was received'],
    date: ['(6)', 'Date received'],
    'lot-code-source': ['(7)', 'Location description of the traceability lot code source, or its reference'],
    documents: ['(8)', 'Reference document type and number'],
  }),
  transformation: rules('1.1350(a)', {
    'input-lot-code': ['(1)(i)', 'Traceability lot code of the food used'],
    'input-product': ['(1)(ii)', 'Product description of the food used'],
    'input-quantity': ['(1)(iii)', 'Quantity and unit of measure of the food used'],
    'lot-code': ['(2)(i)', 'New traceability lot code'],
    place: ['(2)(ii)', 'Location description of where the food was transformed (traceability lot code source)'],
    date: ['(2)(iii)', 'Date transformation was completed'],
    product: ['(2)(iv)', 'Product description'],
    quantity: ['(2)(v)', 'Quantity and unit of measure'],
    documents: ['(2)(vi)', 'Reference document type and number'],
  }),
};

/** Farmed fish has a container in place of a field: clauses (vi) of 1.1325(a)(1) and (6) of 1.1330(a). */
const containerClauses: Readonly<Partial<Record<CteKind, string>>> = {
  harvesting: '21 CFR 1.1325(a)(1)(vi)',
  'initial-packing': '21 CFR 1.1330(a)(6)',
};

/** What the subject of a record changes about the rules. */
export interface Circumstance {
  readonly aquaculture: boolean;
  /** Elements that do not apply: an ingredient that is not on the list, a receipt where the food never arrived from elsewhere. */
  readonly waived: ReadonlySet<KdeId>;
}

/** Every element that a record lacks, whole or in part, with the clause that asks for it. */
export function missingElements(
  cte: CteKind,
  values: Readonly<Partial<Record<KdeId, KdeValue>>>,
  { aquaculture, waived }: Circumstance,
): Omit<MissingKde, 'supply'>[] {
  return kdeRules[cte].flatMap(({ element, clause: ordinary, title, demand }) => {
    if (waived.has(element)) return [];
    const clause = (aquaculture && element === 'growing-area' && containerClauses[cte]) || ordinary;
    const value = values[element];
    if (value === undefined) return demand === 'always' ? [{ element, title, clause, parts: [] }] : [];
    const parts = missingParts(element, value);
    return parts.length === 0 ? [] : [{ element, title, clause, parts }];
  });
}

/**
 * Parts that 21 CFR 1.1310 demands of a description. City, state and ZIP code are for domestic places, "comparable
 * information" and the country for foreign ones: a region is asked for in the United States alone. Coordinates stand in for the
 * street. A source that gives a reference need not be described (1.1340(a)(7), 1.1345(a)(7)).
 */
function missingParts(element: KdeId, value: KdeValue): string[] {
  const lacking = (parts: Readonly<Record<string, unknown>>) =>
    Object.entries(parts).flatMap(([part, given]) => (given === null ? [part] : []));
  switch (value.is) {
    case 'location': {
      if (element === 'lot-code-source' && value.reference !== null) return [];
      const { businessName, phone, street, city, region, postalCode, country } = value;
      const domestic = country === null || country === 'US' ? { region, postalCode } : {};
      return lacking({ businessName, phone, street, city, ...domestic, country });
    }
    case 'product': {
      const { name, packagingSize, packagingStyle } = value;
      return lacking({ name, packagingSize, packagingStyle });
    }
    case 'party':
      return lacking({ name: value.name, phone: value.phone });
    case 'quantity':
      return lacking({ uom: value.uom });
    case 'days':
      return lacking({ from: value.from, to: value.to });
    default:
      return [];
  }
}

function rules(
  section: string,
  elements: Partial<Record<KdeId, readonly [clause: string, title: string, demand?: 'if-any']>>,
): KdeRule[] {
  return Object.entries(elements).map(([element, [clause, title, demand]]) => ({
    element: element as KdeId,
    clause: clause.startsWith('(') ? `21 CFR ${section}${clause}` : clause,
    title,
    demand: demand ?? 'always',
  }));
}
