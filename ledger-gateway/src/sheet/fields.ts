/** How a field's cells are read. */
export type FieldKind =
  | 'date'
  | 'timeOfDay'
  | 'place'
  | 'partner'
  | 'product'
  | 'lot'
  | 'quantity'
  | 'unit'
  | 'sscc'
  | 'document'
  | 'day'
  | 'temperature'
  | 'temperatureUnit';

/** Every field of any step. */
export type FieldName =
  | 'date'
  | 'timeOfDay'
  | 'place'
  | 'product'
  | 'lot'
  | 'quantity'
  | 'unit'
  | 'outputProduct'
  | 'outputLot'
  | 'outputQuantity'
  | 'outputUnit'
  | 'sscc'
  | 'from'
  | 'to'
  | 'document'
  | 'bestBefore'
  | 'temperature'
  | 'temperatureUnit';

export interface Field {
  readonly name: FieldName;
  readonly kind: FieldKind;
  readonly label: string;
  /** Whether a step cannot do without it. Goods are asked for together: see `goods` of the step. */
  readonly required: boolean;
  readonly help: string;
  readonly example: string;
  /** What people call such a column, in plain lower-case words. */
  readonly synonyms: readonly string[];
}

export const date: Field = {
  name: 'date',
  kind: 'date',
  label: 'Date, or date and time',
  required: true,
  help: 'When it happened',
  example: '2026-05-04',
  synonyms: [
    'date',
    'date time',
    'datetime',
    'event date',
    'event time',
    'timestamp',
    'when',
    'datum',
    'fecha',
    'data',
  ],
};
export const timeOfDay: Field = {
  name: 'timeOfDay',
  kind: 'timeOfDay',
  label: 'Time of day',
  required: false,
  help: 'Where the date has no time: a column, or one time for all rows',
  example: '06:30',
  synonyms: ['time', 'time of day', 'hour', 'clock', 'uhrzeit', 'zeit', 'hora', 'heure'],
};
export const document: Field = {
  name: 'document',
  kind: 'document',
  label: 'Document number',
  required: false,
  help: 'Work order, bill of lading, delivery note: kept as a reference',
  example: 'BOL-1042',
  synonyms: [
    'document',
    'document number',
    'reference',
    'ref',
    'bol',
    'bill of lading',
    'delivery note',
    'work order',
    'order',
    'po',
    'po number',
    'lieferschein',
    'albaran',
  ],
};
export const bestBefore: Field = {
  name: 'bestBefore',
  kind: 'day',
  label: 'Best before',
  required: false,
  help: 'A date without a time',
  example: '2026-05-14',
  synonyms: ['best before', 'best by', 'use by', 'expiry', 'expiration', 'expiration date', 'mhd', 'caducidad'],
};
export const sscc: Field = {
  name: 'sscc',
  kind: 'sscc',
  label: 'Pallet (SSCC)',
  required: false,
  help: '18 digits of the logistic unit',
  example: '395210010000000018',
  synonyms: ['sscc', 'pallet', 'pallet id', 'pallet number', 'license plate', 'lpn', 'nve', 'palette'],
};

export const temperature: Field = {
  name: 'temperature',
  kind: 'temperature',
  label: 'Temperature',
  required: false,
  help: 'Of the goods once they are cooled; °C or °F may stand behind it',
  example: '3.5',
  synonyms: ['temperature', 'temp', 'pulp temperature', 'pulp temp', 'temperatur', 'temperatura'],
};
export const temperatureUnit: Field = {
  name: 'temperatureUnit',
  kind: 'temperatureUnit',
  label: 'Temperature in',
  required: false,
  help: '°C or °F: a column, or one for all rows',
  example: '°C',
  synonyms: ['temperature unit', 'temp unit', 'degrees'],
};

export function place(label: string, synonyms: readonly string[]): Field {
  return {
    name: 'place',
    kind: 'place',
    label,
    required: true,
    help: 'GLN or name of one of your places',
    example: '9521001000017',
    synonyms: [...synonyms, 'place', 'location', 'gln', 'site', 'location gln', 'read point', 'ort', 'lugar'],
  };
}

export function partner(name: 'from' | 'to', label: string, required: boolean, synonyms: readonly string[]): Field {
  return {
    name,
    kind: 'partner',
    label,
    required,
    help: 'GLN or name of the place',
    example: '9521002000016',
    synonyms,
  };
}

/** Product, lot, amount and unit, with what is put in front of their labels and synonyms. */
export function goods(
  names: readonly [FieldName, FieldName, FieldName, FieldName],
  prefix: string,
  required: boolean,
  examples: readonly [string, string, string, string],
  unitless: readonly string[] = [],
): Field[] {
  const [product, lot, quantity, unit] = names;
  const label = (text: string) =>
    prefix === '' ? text : `${prefix[0]?.toUpperCase()}${prefix.slice(1)} ${text.toLowerCase()}`;
  const called = (words: readonly string[]) =>
    prefix === '' ? words : [...words.map((word) => `${prefix} ${word}`), ...words.map((word) => `${word} ${prefix}`)];
  return [
    {
      name: product,
      kind: 'product',
      label: label('Product (GTIN)'),
      required,
      help: 'GTIN of 8, 12, 13 or 14 digits, or the name of a registered product',
      example: examples[0],
      synonyms: called([
        'product',
        'gtin',
        'product gtin',
        'item',
        'item number',
        'upc',
        'ean',
        'commodity',
        'produkt',
        'artikel',
        'producto',
        'articulo',
        'produit',
        'article',
        'crop',
      ]),
    },
    {
      name: lot,
      kind: 'lot',
      label: label('Lot'),
      required,
      help: 'Lot or batch number, up to 20 characters',
      example: examples[1],
      synonyms: called([
        'lot',
        'lot number',
        'lot no',
        'lot code',
        'traceability lot code',
        'tlc',
        'batch',
        'batch number',
        'charge',
        'lote',
        'los',
      ]),
    },
    {
      name: quantity,
      kind: 'quantity',
      label: label('Amount'),
      required,
      help: 'A number; the unit may stand behind it',
      example: examples[2],
      synonyms: [
        ...called([
          'amount',
          'quantity',
          'qty',
          'weight',
          'net weight',
          'count',
          'menge',
          'gewicht',
          'cantidad',
          'quantite',
          'peso',
        ]),
        ...unitless,
      ],
    },
    {
      name: unit,
      kind: 'unit',
      label: label('Unit of measure'),
      required: false,
      help: 'kg, lb, cases, pieces: a column, or one for all rows',
      example: examples[3],
      synonyms: called(['unit', 'uom', 'unit of measure', 'units', 'einheit', 'unidad', 'unite', 'measure']),
    },
  ];
}
