import { tradeItem } from './fsma-event.ts';
import type { CteKind, CteRecord, KdeId, KdeValue, LocationValue, ProductValue } from './kde.ts';
import { kdeRules } from './rules.ts';

/** What stands in a cell. Numbers are decimal texts; days `YYYY-MM-DD`. */
export type Cell =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'number'; readonly number: string }
  | { readonly is: 'date'; readonly day: string }
  | null;

/**
 * One column of a CTE's sheet. `origin`: `fda` where its place is that of FDA's template, `rule` where it follows the order of the rule's
 * clauses, `ours` for what neither asks for.
 */
export interface Column {
  /** The same in all sheets for the same thing: `place.city`. */
  readonly key: string;
  readonly header: string;
  readonly origin: 'fda' | 'rule' | 'ours';
  readonly clause: string | null;
  readonly cell: (record: CteRecord) => Cell;
}

/** FDA's template has room for two documents; further ones are in a column of ours. */
const documentsInTemplate = 2;

/** Names of the sheets, as the tabs of FDA's template are called. */
export const sheetNames: Readonly<Record<CteKind, string>> = {
  harvesting: 'Harvesting',
  cooling: 'Cooling',
  'initial-packing': 'Initial Packing',
  'first-land-based-receiving': 'First Land-Based Receiving',
  shipping: 'Shipping',
  receiving: 'Receiving',
  transformation: 'Transformation',
};

/**
 * The columns of each sheet. FDA publishes a template that nobody has to use ("Electronic Sortable Spreadsheet", June 2024,
 * fda.gov/media/179617). Its tabs Shipping (A to AJ), Receiving (A to AJ) and Transformation (A to AE) are followed column by
 * column; of the other tabs only the names are known here, so their columns are in the order of the clauses. The wording
 * of headers is ours. Behind them come columns of ours: keys, and the event and transaction that prove the row.
 */
export const sheetColumns: Readonly<Record<CteKind, readonly Column[]>> = {
  harvesting: sheet('harvesting', 'rule', [
    ...location('recipient', 'Immediate subsequent recipient'),
    ...commodity(),
    ...quantity('quantity', ''),
    ...location('farm', 'Farm'),
    text('growing-area', 'Field or other growing area (or container)'),
    date('date', 'Date of harvesting'),
    ...documents(),
    ...party('harvester', 'Harvester'),
  ]),
  cooling: sheet('cooling', 'rule', [
    ...location('recipient', 'Immediate subsequent recipient'),
    ...commodity(),
    ...quantity('quantity', ''),
    ...location('place', 'Cooled at'),
    date('date', 'Date of cooling'),
    ...location('farm', 'Farm'),
    ...documents(),
  ]),
  'initial-packing': sheet('initial-packing', 'rule', [
    ...commodity(),
    date('received-date', 'Date received'),
    ...quantity('received-quantity', 'Received: '),
    ...location('farm', 'Farm'),
    text('growing-area', 'Field or other growing area (or container)'),
    ...party('harvester', 'Harvester'),
    date('harvest-date', 'Date of harvesting'),
    ...location('cooling-place', 'Cooled at'),
    date('cooling-date', 'Date of cooling'),
    code('lot-code', 'Traceability lot code'),
    ...product('product', 'Packed food'),
    ...quantity('quantity', 'Packed: '),
    ...location('place', 'Packed at (traceability lot code source)'),
    reference('place', 'Traceability lot code source reference'),
    date('date', 'Date of initial packing'),
    ...documents(),
  ]),
  'first-land-based-receiving': sheet('first-land-based-receiving', 'rule', [
    code('lot-code', 'Traceability lot code'),
    text('species', 'Species or acceptable market name'),
    ...quantity('quantity', ''),
    day('harvest-range', 'from', 'Harvest date range: from'),
    day('harvest-range', 'to', 'Harvest date range: to'),
    text('catch-area', 'Harvest locations'),
    ...location('place', 'First land-based receiver (traceability lot code source)'),
    reference('place', 'Traceability lot code source reference'),
    date('date', 'Date landed'),
    ...documents(),
  ]),
  shipping: sheet('shipping', 'fda', [
    code('lot-code', 'Traceability lot code'),
    ...quantity('quantity', ''),
    ...product('product', 'Product'),
    ...location('recipient', 'Immediate subsequent recipient'),
    ...location('place', 'Shipped from'),
    date('date', 'Date shipped'),
    ...location('lot-code-source', 'Traceability lot code source'),
    reference('lot-code-source', 'Traceability lot code source reference'),
    ...documents(),
  ]),
  receiving: sheet('receiving', 'fda', [
    code('lot-code', 'Traceability lot code'),
    ...quantity('quantity', ''),
    ...product('product', 'Product'),
    ...location('previous-source', 'Immediate previous source'),
    ...location('place', 'Received at'),
    date('date', 'Date received'),
    ...location('lot-code-source', 'Traceability lot code source'),
    reference('lot-code-source', 'Traceability lot code source reference'),
    ...documents(),
  ]),
  transformation: sheet('transformation', 'fda', [
    code('input-lot-code', 'Food used: traceability lot code'),
    ...product('input-product', 'Food used'),
    ...quantity('input-quantity', 'Food used: '),
    code('lot-code', 'New traceability lot code'),
    ...location('place', 'Transformed at (traceability lot code source)'),
    reference('place', 'Traceability lot code source reference'),
    date('date', 'Date transformation was completed'),
    ...product('product', 'Food produced'),
    ...quantity('quantity', 'Food produced: '),
    ...documents(),
  ]),
};

/** A column before its sheet is known. */
interface Draft {
  readonly key: string;
  readonly element: KdeId | null;
  readonly header: string;
  readonly cell: Column['cell'];
}

function sheet(cte: CteKind, origin: Column['origin'], drafts: readonly Draft[]): Column[] {
  const clauseOf = (element: KdeId | null) => kdeRules[cte].find((rule) => rule.element === element)?.clause ?? null;
  const asked = drafts.map(({ element, ...rest }): Column => ({ ...rest, origin, clause: clauseOf(element) }));
  const elements = [...new Set(drafts.flatMap(({ element }) => element ?? []))];
  const ours = [
    ...keys(cte),
    ...elements.flatMap((element) => drafts.find((draft) => draft.key === `${element}.city`) ?? []).map(glnColumn),
    ...proof(),
  ];
  return [...asked, ...ours.map(({ element: _, ...rest }): Column => ({ ...rest, origin: 'ours', clause: null }))];
}

function value<Is extends KdeValue['is']>(record: CteRecord, element: KdeId, is: Is) {
  const found = record.values[element];
  return found?.is === is ? (found as Extract<KdeValue, { is: Is }>) : null;
}

function asText(text: string | null | undefined): Cell {
  return text === null || text === undefined || text === '' ? null : { is: 'text', text };
}

function asDate(given: string | null | undefined): Cell {
  return given ? { is: 'date', day: given } : null;
}

function code(element: KdeId, header: string): Draft {
  return { key: element, element, header, cell: (record) => asText(value(record, element, 'lot-code')?.code) };
}

function text(element: KdeId, header: string): Draft {
  return { key: element, element, header, cell: (record) => asText(value(record, element, 'text')?.text) };
}

function date(element: KdeId, header: string): Draft {
  return { key: element, element, header, cell: (record) => asDate(value(record, element, 'date')?.day) };
}

function day(element: KdeId, end: 'from' | 'to', header: string): Draft {
  return { key: `${element}.${end}`, element, header, cell: (record) => asDate(value(record, element, 'days')?.[end]) };
}

function quantity(element: KdeId, prefix: string): Draft[] {
  return [
    {
      key: element,
      element,
      header: capital(`${prefix}quantity`),
      cell: (record) => {
        const amount = value(record, element, 'quantity')?.amount;
        return amount === undefined ? null : { is: 'number', number: amount };
      },
    },
    {
      key: `${element}.uom`,
      element,
      header: capital(`${prefix}unit of measure`),
      cell: (record) => asText(value(record, element, 'quantity')?.uom),
    },
  ];
}

function location(element: KdeId, role: string): Draft[] {
  const part = (name: keyof LocationValue, header: string): Draft => ({
    key: `${element}.${name}`,
    element,
    header: `${role}: ${header}`,
    cell: (record) => asText(value(record, element, 'location')?.[name]),
  });
  return [
    part('businessName', 'business name'),
    part('phone', 'phone number'),
    part('street', 'street address or geographic coordinates'),
    part('city', 'city'),
    part('region', 'state'),
    part('postalCode', 'ZIP code'),
    part('country', 'country'),
  ];
}

function reference(element: KdeId, header: string): Draft {
  return {
    key: `${element}.reference`,
    element,
    header,
    cell: (record) => asText(value(record, element, 'location')?.reference),
  };
}

function product(element: KdeId, role: string): Draft[] {
  const part = (name: keyof ProductValue, header: string): Draft => ({
    key: `${element}.${name}`,
    element,
    header: `${role}: ${header}`,
    cell: (record) => asText(value(record, element, 'product')?.[name]),
  });
  return [
    part('name', 'product name'),
    part('brand', 'brand name'),
    part('commodity', 'commodity'),
    part('variety', 'variety'),
    part('packagingSize', 'packaging size'),
    part('packagingStyle', 'packaging style'),
  ];
}

function commodity(): Draft[] {
  return (['commodity', 'variety'] as const).map((name) => ({
    key: `commodity.${name}`,
    element: 'commodity',
    header: capital(name),
    cell: (record) => asText(value(record, 'commodity', 'commodity')?.[name]),
  }));
}

function party(element: KdeId, role: string): Draft[] {
  return (['name', 'phone'] as const).map((name) => ({
    key: `${element}.${name}`,
    element,
    header: `${role}: ${name === 'name' ? 'business name' : 'phone number'}`,
    cell: (record) => asText(value(record, element, 'party')?.[name]),
  }));
}

function documents(): Draft[] {
  return Array.from({ length: documentsInTemplate }, (_, index) =>
    (['type', 'number'] as const).map(
      (name): Draft => ({
        key: `documents.${index + 1}.${name}`,
        element: 'documents',
        header: `Reference document ${name} ${index + 1}`,
        cell: (record) => asText(value(record, 'documents', 'documents')?.documents[index]?.[name]),
      }),
    ),
  ).flat();
}

function keys(cte: CteKind): Draft[] {
  const own = (key: string, header: string, cell: Column['cell']): Draft => ({ key, element: null, header, cell });
  const input = (part: 'gtin' | 'lot') => (record: CteRecord) =>
    asText(record.input === null ? null : tradeItem(record.input)?.[part]);
  const fromInputs = cte === 'transformation' || cte === 'initial-packing';
  return [
    own('gtin', 'GTIN', ({ gtin }) => asText(gtin)),
    own('lot', 'Lot', ({ lot }) => asText(lot)),
    ...(fromInputs
      ? [own('input.gtin', 'Food used: GTIN', input('gtin')), own('input.lot', 'Food used: lot', input('lot'))]
      : []),
    own('unit', 'Moved in unit', ({ unit }) => asText(unit?.replace(/^https:\/\/id\.gs1\.org\/00\//, ''))),
    own('listed', 'On the Food Traceability List', ({ listed }) =>
      asText(listed === null ? 'not stated' : listed ? 'yes' : 'no'),
    ),
  ];
}

function glnColumn({ element, header }: Draft): Draft {
  return {
    key: `${element}.gln`,
    element,
    header: header.replace(/: city$/, ': GLN'),
    cell: (record) => asText(element && value(record, element, 'location')?.gln),
  };
}

function proof(): Draft[] {
  const own = (key: string, header: string, cell: Column['cell']): Draft => ({ key, element: null, header, cell });
  return [
    own('documents.further', 'Further reference documents', (record) => {
      const all = value(record, 'documents', 'documents')?.documents.slice(documentsInTemplate) ?? [];
      return asText(all.map(({ type, number }) => `${type} ${number}`).join('; '));
    }),
    own('missing', 'Missing elements', ({ missing }) => asText(missing.map(describeMissing).join('; '))),
    own('remarks', 'Times that contradict each other', ({ remarks }) =>
      asText(remarks.map((remark) => remark.replaceAll('-', ' ')).join('; ')),
    ),
    own('event.time', 'Event time', ({ event }) => asText(event.event.eventTime)),
    own('event.hash', 'Event hash', ({ event }) => asText(event.hash)),
    own('transaction', 'Ledger transaction', ({ event }) => asText(event.transactionId)),
    own('block', 'Ledger block', ({ event }) =>
      event.block === null ? null : { is: 'number', number: String(event.block) },
    ),
    own('outcome', 'Outcome on the ledger', ({ event, declaredWrong }) =>
      asText([event.outcome ?? '', declaredWrong ? 'declared wrong later' : ''].filter(Boolean).join(', ')),
    ),
    own('events.further', 'Further events with elements of this row', ({ further }) =>
      asText(further.map(({ hash }) => hash).join(' ')),
    ),
  ];
}

/** One missing element in words: `Date shipped [21 CFR 1.1340(a)(6)]`, with its parts where some are there. */
export function describeMissing({ title, clause, parts }: CteRecord['missing'][number]): string {
  return `${title}${parts.length > 0 ? `: ${parts.join(', ')}` : ''} [${clause}]`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
