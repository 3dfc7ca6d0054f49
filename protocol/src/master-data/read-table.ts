import { buildRecord } from './build-record.ts';
import { type MasterDataKind, type MasterDataProblem, masterDataKinds, type ReadMasterData } from './data.ts';
import { aliases, fields, plainHeader } from './fields.ts';

/** A table of texts, its first row the header. `name` is a sheet's; rows are numbered as a spreadsheet shows them. */
export interface Table {
  readonly name: string;
  readonly rows: ReadonlyArray<readonly string[]>;
}

/** Reads sheets of master data, one kind each: by the sheet's name (products, places, organisations), or by its headers. */
export function readTables(tables: readonly Table[]): ReadMasterData {
  const all = tables.filter((table) => table.rows.some(isFilled)).map(readTable);
  return {
    records: all.flatMap(({ records }) => records),
    problems: all.flatMap(({ problems }) => problems),
    ignored: all.flatMap(({ ignored }) => ignored),
  };
}

function readTable({ name, rows }: Table): ReadMasterData {
  const start = rows.findIndex(isFilled);
  const header = rows[start] ?? [];
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
  const problems: MasterDataProblem[] = columns.flatMap((column, index) =>
    column !== null && columns.indexOf(column) < index
      ? [
          {
            at: `${name}!${letters(index)}${start + 1}`,
            field: column,
            code: 'duplicate' as const,
            message: 'two columns of this name',
            value: header[index] ?? null,
          },
        ]
      : [],
  );
  const built = rows.slice(start + 1).flatMap((row, index) => {
    if (!isFilled(row)) return [];
    const number = start + index + 2;
    const texts = new Map(
      columns.flatMap((column, position) =>
        column === null
          ? []
          : [[column, { text: row[position] ?? '', at: `${name}!${letters(position)}${number}` }] as const],
      ),
    );
    return [buildRecord({ kind, at: `${name}!${number}`, texts })];
  });
  return {
    records: built.flatMap(({ record }) => record ?? []),
    problems: [...problems, ...built.flatMap((each) => each.problems)],
    ignored: header
      .filter((text, index) => columns[index] === null && text.trim() !== '')
      .map((text) => `${name}: ${text}`),
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

function isFilled(row: readonly string[]): boolean {
  return row.some((text) => text.trim() !== '');
}

/** The letters of a column: A, B, … Z, AA, … */
export function letters(index: number): string {
  return (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}
