/**
 * Words for units of measure, with their UN/CEFACT Rec. 20 codes; packages have their Rec. 21 code with the X that Rec. 20
 * puts in front. An empty code is a count of trade items, which EPCIS writes without a unit (EPCIS 2.0, section 7.3.3.3). A
 * bare `ton` is missing on purpose: nobody but its writer knows which one.
 */
const words: Readonly<Record<string, readonly string[]>> = {
  KGM: ['kg', 'kgs', 'kilo', 'kilos', 'kilogram', 'kilograms', 'kilogramm', 'kgm'],
  GRM: ['g', 'gr', 'gram', 'grams', 'gramm', 'grm'],
  TNE: ['t', 'tonne', 'tonnes', 'metric ton', 'metric tons', 'tne'],
  DTN: ['dt', 'quintal', 'dezitonne'],
  LBR: ['lb', 'lbs', 'pound', 'pounds', 'lbr'],
  ONZ: ['oz', 'ounce', 'ounces', 'onz'],
  STN: ['short ton', 'short tons', 'us ton', 'us tons'],
  LTR: ['l', 'liter', 'liters', 'litre', 'litres', 'ltr'],
  XCS: ['case', 'cases', 'cs', 'xcs'],
  XCT: ['carton', 'cartons', 'ctn', 'ctns', 'karton', 'kartons', 'xct'],
  XBX: ['box', 'boxes', 'bx', 'caja', 'cajas', 'xbx'],
  XCR: ['crate', 'crates', 'kiste', 'kisten', 'xcr'],
  XBG: ['bag', 'bags', 'sack', 'sacks', 'xbg'],
  XBI: ['bin', 'bins', 'xbi'],
  XPK: ['package', 'packages', 'pack', 'packs', 'xpk'],
  XPX: ['pallet', 'pallets', 'palette', 'xpx'],
  '': [
    'each',
    'ea',
    'pc',
    'pcs',
    'piece',
    'pieces',
    'item',
    'items',
    'unit',
    'units',
    'count',
    'head',
    'heads',
    'stück',
    'stk',
    'h87',
  ],
};

const codeByWord = new Map(Object.entries(words).flatMap(([code, list]) => list.map((word) => [word, code])));

/** Units to choose from: code, what people see, and the word that a cell or a value for all rows has. */
export const unitChoices: ReadonlyArray<{ readonly code: string; readonly label: string; readonly word: string }> = [
  { code: 'KGM', label: 'kilograms', word: 'kg' },
  { code: 'LBR', label: 'pounds', word: 'lb' },
  { code: 'GRM', label: 'grams', word: 'g' },
  { code: 'ONZ', label: 'ounces', word: 'oz' },
  { code: 'TNE', label: 'tonnes', word: 'tonnes' },
  { code: 'STN', label: 'short tons (US)', word: 'short tons' },
  { code: 'XCS', label: 'cases', word: 'cases' },
  { code: 'XCT', label: 'cartons', word: 'cartons' },
  { code: 'XBX', label: 'boxes', word: 'boxes' },
  { code: 'XCR', label: 'crates', word: 'crates' },
  { code: 'XBI', label: 'bins', word: 'bins' },
  { code: 'XBG', label: 'bags', word: 'bags' },
  { code: 'LTR', label: 'litres', word: 'litres' },
  { code: '', label: 'pieces (trade items)', word: 'pieces' },
];

/** A unit's word as it is looked up: lower case, without full stops. */
export function unitWord(text: string): string {
  return text.toLowerCase().replaceAll('.', '').trim();
}

/**
 * The Rec. 20 code of a word for a unit, '' for a count of trade items, `null` where it is not known.
 * @param own what this sheet's mapping says of its own words
 */
export function unitCode(text: string, own: Readonly<Record<string, string>> = {}): string | null {
  const word = unitWord(text);
  return own[word] ?? codeByWord.get(word) ?? null;
}
