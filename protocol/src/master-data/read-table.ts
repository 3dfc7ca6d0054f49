import { buildRecord } from './build-record.ts';
import { type MasterDataKind, type MasterDataProblem, masterDataKinds, type ReadMasterData } from './data.ts';
import { aliases, fields, plainHeader } from './fields.ts';

/** A table of texts, its first row the header. `name` is a sheet's; rows have the number that a spreadsheet shows. */
export interface Table {
  readonly name: string;
  readonly rows: ReadonlyArray<{ readonly number: number; readonly cells: readonly string[] }>;
}

/** Reads sheets of master data, one kind each: by the sheet's name (products, places, organisations), or by its headers. */
export function readTables(tables: readonly Table[]): ReadMasterData {
  const all = tables.map(({ name, rows }) => readTable(name, rows.filter(isFilled)));
  return {
    records: all.flatMap(({ records }) => records),
    problems: all.flatMap(({ problems }) => problems),
    ignored: all.flatMap(({ ignored }) => ignored),
  };
}

function readTable(name: string, [head, ...rows]: Table['rows']): ReadMasterData {
  if (!head) return { records: [], problems: [], ignored: [] };
  const header = head.cells;
  const kind = kindOf(name, header);
  if (kind === null) {
    const message =
      'neither the name of the sheet nor its headers say what it holds: products, places or organisations';
    return {
      records: [],
      problems: [{ at: name, field: null, code: 'kind-unknown', message, value: null }],
      ignored: [],
    };
  }
  const columns = header.map((text) => columnOf(kind, text));
  const cell = (position: number, number: number) => `${name}!${letters(position)}${number}`;
  const problems = columns.flatMap((column, position): MasterDataProblem[] => {
    if (column === null || columns.indexOf(column) === position) return [];
    const at = cell(position, head.number);
    return [
      { at, field: column, code: 'duplicate', message: 'two columns of this name', value: header[position] ?? null },
    ];
  });
  const built = rows.map(({ number, cells }) => {
    const texts = columns.flatMap((column, position) =>
      column === null ? [] : [[column, { text: cells[position] ?? '', at: cell(position, number) }] as const],
    );
    return buildRecord({ kind, at: `${name}!${number}`, texts: new Map(texts) });
  });
  const unknown = header.filter((text, position) => columns[position] === null && text.trim() !== '');
  return {
    records: built.flatMap(({ record }) => record ?? []),
    problems: [...problems, ...built.flatMap((each) => each.problems)],
    ignored: unknown.map((text) => `${name}: ${text}`),
  };
}

function kindOf(name: string, header: readonly string[]): MasterDataKind | null {
  const named = masterDataKinds.find((kind) => plainHeader(name).startsWith(kind));
  if (named) return named;
  if (/^(location|site)/.test(plainHeader(name))) return 'place';
  if (/^(organi[sz]ation|part(y|ies))/.test(plainHeader(name))) return 'organisation';
  const names = header.map(plainHeader).map((text) => aliases[text] ?? text);
  if (names.includes('gtin')) return 'product';
  return names.includes('gln') ? 'place' : null;
}

function columnOf(kind: MasterDataKind, text: string): string | null {
  const plain = plainHeader(text);
  const alias = aliases[plain];
  return Object.keys(fields[kind]).find((name) => plainHeader(name) === plain || name === alias) ?? null;
}

function isFilled({ cells }: Table['rows'][number]): boolean {
  return cells.some((text) => text.trim() !== '');
}

/** The letters of a column: A, B, … Z, AA, … */
export function letters(index: number): string {
  return (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}
