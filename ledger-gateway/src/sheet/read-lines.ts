import type { Field, FieldName } from './fields.ts';
import type { Sheet } from './find-header.ts';
import type { Mapping } from './mapping.ts';
import { type CellFault, fault, note, type SheetProblem, warning } from './problems.ts';
import { type Moment, readDate, readMoment } from './read-moment.ts';
import {
  looksLikeKey,
  type Reading,
  readAmount,
  readGln,
  readGtin,
  readLot,
  readSscc,
  readTemperature,
  readTemperatureUnit,
  readUnit,
} from './read-value.ts';
import { sheetLimits } from './sheet-limits.ts';
import { steps } from './steps.ts';
import { type Cell, cellAt, type Row } from './table.ts';

/** An amount of a lot. `unit` is a Rec. 20 code, '' for a count of trade items. */
export interface LotAmount {
  readonly gtin: string;
  readonly lot: string;
  readonly quantity: number;
  readonly unit: string;
}

/** A row that was read: all of it is right. */
export interface Line {
  readonly row: number;
  readonly moment: Moment;
  readonly place: string;
  readonly partner: string | null;
  readonly sscc: string | null;
  readonly goods: LotAmount | null;
  readonly output: LotAmount | null;
  readonly document: string | null;
  readonly bestBefore: string | null;
  readonly temperature: { readonly value: number; readonly unit: 'CEL' | 'FAH' } | null;
}

/** What is known of places and products, and what time it is. Names are in lower case. */
export interface Lookups {
  readonly placeByName: ReadonlyMap<string, string>;
  /** Registered places by GLN, and whether they are the organisation's own. */
  readonly places: ReadonlyMap<string, { readonly own: boolean }>;
  readonly productByName: ReadonlyMap<string, string>;
  readonly products: ReadonlySet<string>;
  readonly nowMs: number;
}

/** How far ahead of the clock an event may be dated; the chaincode refuses what is beyond it. */
const maxAheadMs = 86_400_000;
const clockMs = 15 * 60_000;
const goodsFields = ['product', 'lot', 'quantity', 'unit'] as const;
const outputFields = ['outputProduct', 'outputLot', 'outputQuantity', 'outputUnit'] as const;
type GoodsFields = readonly [FieldName, FieldName, FieldName, FieldName];

/** Reads all rows by a mapping. A row with an error gives no line, and is told with its cells. */
export function readLines(
  sheet: Sheet,
  mapping: Mapping,
  lookups: Lookups,
): { lines: Line[]; problems: SheetProblem[] } {
  const problems = unmapped(mapping);
  if (problems.length > 0) return { lines: [], problems };
  const said = new Set<string>();
  const lines = sheet.rows.flatMap((row) => {
    const reader = new RowReader(row, mapping, lookups, said);
    const line = reader.line();
    problems.push(...reader.problems);
    return line ?? [];
  });
  return { lines, problems };
}

/** Fields that the step cannot do without, and that have neither a column nor a value for all rows. */
function unmapped({ step, columns, constants }: Mapping): SheetProblem[] {
  return steps[step].fields
    .filter(({ name, required }) => required && columns[name] === undefined && !constants[name]?.trim())
    .map(({ name, label }) => ({
      row: null,
      column: null,
      field: name,
      ...fault('not-mapped', `${label} has no column`, 'Choose its column, or write one value for all rows'),
    }));
}

class RowReader {
  readonly problems: SheetProblem[] = [];
  readonly #row: Row;
  readonly #mapping: Mapping;
  readonly #lookups: Lookups;
  /** Warnings and notes about values that were said for an earlier row. */
  readonly #said: Set<string>;

  constructor(row: Row, mapping: Mapping, lookups: Lookups, said: Set<string>) {
    this.#row = row;
    this.#mapping = mapping;
    this.#lookups = lookups;
    this.#said = said;
  }

  line(): Line | null {
    const moment = this.#moment();
    const place = this.#value('place', (cell) => this.#place(cell, true));
    const partner = this.#value(this.#mapping.step === 'ship' ? 'to' : 'from', (cell) => this.#place(cell, false));
    const sscc = this.#value('sscc', readSscc);
    const document = this.#value('document', (cell) => ({ value: cell.text, faults: [] }));
    const bestBefore = this.#value('bestBefore', (cell) => readDate(cell, this.#mapping.dateFormat));
    const temperature = this.#temperature();
    const isPallet = sscc !== null && (this.#mapping.step === 'ship' || this.#mapping.step === 'receive');
    const goods = isPallet ? this.#leaveOut() : this.#goods(goodsFields);
    const output = this.#mapping.step === 'pack' ? this.#goods(outputFields) : null;
    if (partner !== null && partner === place) {
      this.#tell('place', fault('same-place', 'Both places are the same', 'Correct one of them'));
    }
    if (!goods && !output && !isPallet && !this.#hasError) {
      const what =
        this.#mapping.step === 'pack' ? 'neither an input nor an output' : 'neither a pallet nor a lot with its amount';
      this.#tell(null, fault('incomplete-goods', `This row has ${what}`, 'Fill it in, or delete the row'));
    }
    if (this.#hasError || moment === null || place === null) return null;
    return { row: this.#row.number, moment, place, partner, sscc, goods, output, document, bestBefore, temperature };
  }

  get #hasError(): boolean {
    return this.problems.some(({ severity }) => severity === 'error');
  }

  #moment(): Moment | null {
    const timeOfDay = this.#cell('timeOfDay');
    const moment = this.#value('date', (cell) => readMoment(cell, timeOfDay, this.#mapping));
    if (moment === null) return null;
    const ahead = moment.ms - this.#lookups.nowMs;
    if (ahead > maxAheadMs) {
      this.#tell('date', fault('future', 'This lies in the future', 'Correct the date, or the date format'));
    } else if (ahead > clockMs) {
      this.#tell('date', warning('future', 'This lies ahead of the clock', 'Check the time and the time zone'));
    } else if (-ahead > sheetLimits.farBackMs) {
      const days = Math.floor(-ahead / 86_400_000);
      this.#tell('date', warning('far-back', `This was ${days} days ago`, 'Check the date and the date format'));
    }
    return moment;
  }

  #place(cell: Cell, own: boolean): Reading<string> {
    const { placeByName, places } = this.#lookups;
    const named = placeByName.get(cell.text.toLowerCase());
    if (named === undefined && !looksLikeKey(cell.text)) {
      return {
        value: null,
        faults: [
          fault(
            'unknown-place',
            `No place is called ${JSON.stringify(cell.text)}`,
            'Write its GLN, or its name as it is registered',
          ),
        ],
      };
    }
    const reading = named === undefined ? readGln(cell) : { value: named, faults: [] };
    if (reading.value === null) return reading;
    const known = places.get(reading.value);
    const faults: CellFault[] = [...reading.faults];
    if (own && !known)
      faults.push(
        fault('unknown-place', 'This GLN is no registered place', 'Register the place, or correct the number'),
      );
    if (own && known && !known.own) {
      faults.push(
        fault(
          'foreign-place',
          "This is another organisation's place",
          'Only what happened at your own places can be captured',
        ),
      );
    }
    if (!own && !known) {
      faults.push(
        warning(
          'unknown-receiver',
          'This place is not registered with anybody',
          'Check the number; the path ends there',
        ),
      );
    }
    return { value: reading.value, faults };
  }

  #product(cell: Cell): Reading<string> {
    const { productByName, products } = this.#lookups;
    const named = productByName.get(cell.text.toLowerCase());
    if (named !== undefined) return { value: named, faults: [] };
    if (cell.kind === 'text' && !looksLikeKey(cell.text)) {
      const message = `No product is called ${JSON.stringify(cell.text)}`;
      return { value: null, faults: [fault('identifier', message, 'Write its GTIN, or its name as it is registered')] };
    }
    const reading = readGtin(cell);
    if (reading.value === null || products.has(reading.value)) return reading;
    const unknown = warning(
      'unknown-product',
      'No product with this GTIN is registered',
      'Check the number; conditions have no limits without it',
    );
    return { value: reading.value, faults: [...reading.faults, unknown] };
  }

  /** Product, lot, amount and unit of one side; `null` where there is none, or where it is not right. */
  #goods([product, lot, quantity, unit]: GoodsFields): LotAmount | null {
    const fields = [product, lot, quantity].map((name) => this.#field(name));
    const isThere = fields.some((field) => field !== undefined && (field.required || this.#isFilled(field.name)));
    if (!isThere) return null;
    const { decimal, units } = this.#mapping;
    const gtin = this.#value(product, (cell) => this.#product(cell), true);
    const number = this.#value(lot, readLot, true);
    const amount = this.#value(quantity, (cell) => readAmount(cell, decimal, units), true);
    const stated = amount?.unit ?? null;
    const code = stated ?? this.#value(unit, (cell) => readUnit(cell, units), amount !== null);
    if (gtin === null || number === null || amount === null || code === null) return null;
    return { gtin, lot: number, quantity: amount.quantity, unit: code };
  }

  #temperature(): Line['temperature'] {
    const reading = this.#value('temperature', (cell) => readTemperature(cell, this.#mapping.decimal));
    if (reading === null) return null;
    const unit = reading.unit ?? this.#value('temperatureUnit', readTemperatureUnit, true);
    return unit === null ? null : { value: reading.value, unit };
  }

  /** What lies on a pallet travels with it: naming it beside the pallet would move it twice. */
  #leaveOut(): null {
    if (this.#isFilled('lot')) {
      this.#tell(
        'lot',
        note(
          'contents-left-out',
          'The pallet moves with what was put on it; this lot is not named again',
          'Capture pallets first, as “Build pallets”',
        ),
      );
    }
    return null;
  }

  #field(name: FieldName): Field | undefined {
    return steps[this.#mapping.step].fields.find((field) => field.name === name);
  }

  /** Whether the row itself says something of a field; a value for all rows does not count. */
  #isFilled(name: FieldName): boolean {
    const column = this.#mapping.columns[name];
    return column !== undefined && cellAt(this.#row, column).text !== '';
  }

  /** The cell of a field, else the value for all rows; `null` where there is neither. */
  #cell(name: FieldName): Cell | null {
    if (this.#isFilled(name)) return cellAt(this.#row, this.#mapping.columns[name] ?? 0);
    const constant = this.#mapping.constants[name]?.trim();
    return constant ? { text: constant, kind: 'text' } : null;
  }

  #value<T>(name: FieldName, readCell: (cell: Cell) => Reading<T>, needed = false): T | null {
    const field = this.#field(name);
    if (!field) return null;
    const cell = this.#cell(name);
    if (cell === null) {
      if (field.required || needed) {
        this.#tell(
          name,
          fault('missing', `${field.label} is missing`, 'Fill in the cell, or write one value for all rows'),
        );
      }
      return null;
    }
    if (cell.kind === 'error') {
      this.#tell(name, fault('is-error', `The spreadsheet shows ${cell.text} here`, 'Mend the formula'));
      return null;
    }
    const { value, faults } = readCell(cell);
    for (const each of faults) this.#tell(name, each, cell.text);
    return value;
  }

  #tell(name: FieldName | null, told: CellFault, text: string | null = null): void {
    if (told.severity !== 'error') {
      const key = JSON.stringify([told.code, name, text ?? told.message]);
      if (this.#said.has(key)) return;
      this.#said.add(key);
    }
    const column = name === null ? null : (this.#mapping.columns[name] ?? null);
    this.problems.push({ row: this.#row.number, column, field: name, ...told });
  }
}
