/** An exact amount as answers give it: decimal text, and a code of UN/CEFACT Rec. 20 or `null` for a count. */
export interface Quantity {
  readonly amount: string;
  readonly uom: string | null;
}

const unitNames: Readonly<Record<string, string>> = {
  KGM: 'kg',
  GRM: 'g',
  TNE: 't',
  LBR: 'lb',
  ONZ: 'oz',
  LTR: 'l',
  MLT: 'ml',
  MTQ: 'm³',
};

/** Things that are counted, one and many: units of Rec. 20, packages of Rec. 21 with and without its prefix X. */
const countedNames: Readonly<Record<string, readonly [one: string, many: string]>> = {
  EA: ['item', 'items'],
  C62: ['item', 'items'],
  H87: ['piece', 'pieces'],
  ...packages('CS', 'case'),
  ...packages('CT', 'carton'),
  ...packages('BX', 'box', 'boxes'),
  ...packages('CR', 'crate'),
  ...packages('BG', 'bag'),
  ...packages('BI', 'bin'),
  ...packages('PX', 'pallet'),
};

function packages(code: string, one: string, many = `${one}s`) {
  return { [code]: [one, many], [`X${code}`]: [one, many] } as const;
}

/** Symbols for units of the SenML registry where people know another one. */
const measuredUnits: Readonly<Record<string, string>> = { Cel: '°C', '%RH': '% RH', '%EL': '%', 'm/s2': 'm/s²' };

export function formatNumber(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** `500 kg`, `40 items`. The decimal text is never made a binary fraction, so all its digits are true. */
export function formatQuantity({ amount, uom }: Quantity, locale?: string): string {
  // The formatter takes decimal texts exactly; its type asks for a numeric literal.
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }).format(amount as `${number}`);
  const counted = countedNames[uom ?? 'EA'];
  if (counted) return `${text} ${counted[amount === '1' ? 0 : 1]}`;
  return `${text} ${unitName(uom)}`;
}

/** A unit of measure in words: `kg`, `items` for a count. */
export function unitName(uom: string | null): string {
  const code = uom ?? 'EA';
  return countedNames[code]?.[1] ?? unitNames[code] ?? code;
}

export function unitSymbol(unit: string | null): string {
  return unit === null ? '' : (measuredUnits[unit] ?? unit);
}

/** A measured value, given in thousandths of a SenML unit, to one decimal: `4.3 °C`. */
export function formatMeasured(thousandths: number, unit: string | null, locale?: string): string {
  const text = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    thousandths / 1000,
  );
  const symbol = unitSymbol(unit);
  return symbol === '' ? text : `${text} ${symbol}`;
}

/** A part of a whole in percent. Only what is all is called 100 %, and only nothing 0 %. */
export function formatShare(share: number, locale?: string): string {
  const percent = share <= 0 ? 0 : share >= 1 ? 100 : Math.min(99, Math.max(1, Math.round(share * 100)));
  return `${new Intl.NumberFormat(locale).format(percent)} %`;
}

/** Adds exact amounts per unit of measure. */
export function addQuantities(quantities: readonly Quantity[]): Quantity[] {
  const groups = Map.groupBy(quantities, ({ uom }) => uom);
  return [...groups].map(([uom, group]) => ({ uom, amount: addDecimals(group.map(({ amount }) => amount)) }));
}

function addDecimals(amounts: readonly string[]): string {
  const digits = Math.max(0, ...amounts.map((amount) => amount.split('.')[1]?.length ?? 0));
  const sum = amounts.reduce((total, amount) => {
    const [whole = '0', fraction = ''] = amount.split('.');
    return total + BigInt(whole + fraction.padEnd(digits, '0'));
  }, 0n);
  if (digits === 0) return sum.toString();
  const text = sum.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, '');
}
