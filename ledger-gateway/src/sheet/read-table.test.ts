import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import writeXlsxFile from 'write-excel-file/node';
import { findHeader } from './find-header.ts';
import { csvTemplate, xlsxTemplate } from './make-template.ts';
import { proposeMapping } from './propose-mapping.ts';
import { readTable } from './read-table.ts';
import { sheetLimits } from './sheet-limits.ts';
import { stepNames, steps } from './steps.ts';
import type { Table } from './table.ts';

const texts = ({ rows }: Table) => rows.map(({ cells }) => cells.map(({ text }) => text));
const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

const utf16 = (text: string, bigEndian = false) => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

test.each([
  ['UTF-8', Buffer.from('Lot,Amount\r\nÄ-1,5\r\n'), 'utf-8', ','],
  ['UTF-8 with a mark', Buffer.from('\ufeffLot;Amount\nÄ-1;5\n'), 'utf-8', ';'],
  ['UTF-16 with a mark, as Excel saves Unicode text', utf16('\ufeffLot\tAmount\r\nÄ-1\t5\r\n'), 'utf-16le', '\t'],
  ['UTF-16 without a mark', utf16('Lot,Amount\r\nÄ-1,5\r\n'), 'utf-16le', ','],
  ['UTF-16, the other way round', utf16('Lot,Amount\r\nÄ-1,5\r\n', true), 'utf-16be', ','],
  ['Windows-1252', Buffer.from('Lot;Amount\r\n\xc4-1;5\r\n', 'latin1'), 'windows-1252', ';'],
  ['a stated delimiter', Buffer.from('sep=|\r\nLot|Amount\r\nÄ-1|5\r\n'), 'utf-8', '|'],
])('a CSV file is read in %s', async (_, bytes, encoding, delimiter) => {
  const table = await readTable(bytes);
  expect(table).toMatchObject({ format: 'csv', encoding, delimiter });
  expect(texts(table)).toEqual([
    ['Lot', 'Amount'],
    ['Ä-1', '5'],
  ]);
});

test('quotes, empty rows and line breaks keep to RFC 4180, and rows have the numbers of a spreadsheet', async () => {
  const table = await readTable(Buffer.from('Lot,Note\r\n\r\n"A ""1"", B","two\nlines"\r\n,\r\nC,\r\n'));
  expect(texts(table)).toEqual([['Lot', 'Note'], ['A "1", B', 'two\nlines'], ['C']]);
  expect(table.rows.map(({ number }) => number)).toEqual([1, 3, 5]);
  await expect(readTable(Buffer.from('Lot\r\n"A\r\n'))).rejects.toEqual(refusal('sheet-malformed'));
});

test('rows of delimiters alone are passed over, up to a limit', async () => {
  const blank = ',,\n'.repeat(sheetLimits.maxRows);
  const table = await readTable(Buffer.from(`Lot,Amount,Unit\n${blank}A,5,kg\n`));
  expect(table.rows.map(({ number }) => number)).toEqual([1, sheetLimits.maxRows + 2]);
  await expect(readTable(Buffer.from(`Lot,Amount\n${',\n'.repeat(sheetLimits.maxCsvRecords)}`))).rejects.toEqual(
    refusal('too-large', { maxRows: sheetLimits.maxRows }),
  );
});

test('titles above the names of the columns are passed over', async () => {
  const sheet = findHeader(await readTable(Buffer.from('Harvest report\n\nLot,Amount,Unit\nA,5,kg\n')), null);
  expect(sheet).toMatchObject({ headerRow: 3, columns: ['Lot', 'Amount', 'Unit'], rows: [{ number: 4 }] });
});

test('a workbook gives dates without a zone, numbers as they were typed, and the sheet that is asked for', async () => {
  const bytes = await writeXlsxFile([
    {
      data: [
        ['When', 'GTIN', 'Amount'],
        [
          { value: new Date(Date.UTC(2026, 4, 4, 6, 30)), type: Date, format: 'dd/mm/yyyy hh:mm' },
          9_521_001_000_017,
          0.1 + 0.2,
        ],
      ],
      sheet: 'One',
    },
    { data: [['Only'], ['x', true]], sheet: 'Two' },
  ]).toBuffer();
  const first = await readTable(bytes);
  expect(first).toMatchObject({ format: 'xlsx', sheets: ['One', 'Two'], sheet: 'One' });
  expect(first.rows[1]?.cells).toEqual([
    { kind: 'date', text: '2026-05-04 06:30:00' },
    { kind: 'number', text: '9521001000017' },
    { kind: 'number', text: '0.3' },
  ]);
  const second = await readTable(bytes, 'Two');
  expect(second.rows[1]?.cells).toEqual([
    { kind: 'text', text: 'x' },
    { kind: 'boolean', text: 'TRUE' },
  ]);
  await expect(readTable(bytes, 'Three')).rejects.toEqual(refusal('not-found'));
});

/** The least that a workbook is made of. */
function workbook(sheet: string, more: Record<string, Uint8Array> = {}): Uint8Array {
  const officeDocument = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const relations = (target: string, type: string) =>
    strToU8(
      `<Relationships><Relationship Id="r1" Type="${officeDocument}/${type}" Target="${target}"/></Relationships>`,
    );
  return zipSync({
    '_rels/.rels': relations('xl/workbook.xml', 'officeDocument'),
    'xl/workbook.xml': strToU8(
      `<workbook xmlns:r="${officeDocument}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': relations('worksheets/sheet1.xml', 'worksheet'),
    'xl/worksheets/sheet1.xml': strToU8(sheet),
    ...more,
  });
}

const rowsXml = (rows: string) => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;

test('cells of every type are read, and long numbers stay as the file has them', async () => {
  const cells =
    '<c r="A1" t="inlineStr"><is><t>a_x000D_b</t></is></c><c r="B1" t="e"><v>#N/A</v></c><c r="D1" t="str"><v> f </v></c>' +
    '<c r="E1"><v>3.9521001000000002E+17</v></c><c r="F1" t="d"><v>2026-05-04T06:30:00Z</v></c><c r="XFD1" s="1"/>';
  const table = await readTable(workbook(rowsXml(`<row r="7">${cells}</row>`)));
  expect(table.rows).toEqual([
    {
      number: 7,
      cells: [
        { kind: 'text', text: 'a\rb' },
        { kind: 'error', text: '#N/A' },
        { kind: 'text', text: '' },
        { kind: 'text', text: 'f' },
        { kind: 'number', text: '3.9521001000000002E+17' },
        { kind: 'date', text: '2026-05-04 06:30:00' },
      ],
    },
  ]);
});

test('what is too large, too wide or too long is refused by the name of its limit', async () => {
  const { maxRows, maxColumns, maxCellChars, maxUnpackedBytes, maxArchiveEntries } = sheetLimits;
  const many = '<row><c><v>1</v></c></row>'.repeat(maxRows + 1);
  await expect(readTable(workbook(rowsXml(many)))).rejects.toEqual(refusal('too-large', { maxRows }));
  await expect(readTable(Buffer.from('1,2\n'.repeat(maxRows + 1)))).rejects.toEqual(refusal('too-large', { maxRows }));
  const far = rowsXml('<row r="1"><c r="XFD1"><v>1</v></c></row>');
  await expect(readTable(workbook(far))).rejects.toEqual(refusal('too-large', { maxColumns }));
  await expect(readTable(Buffer.from(`a,b\n${'c,'.repeat(maxColumns)}c\n`))).rejects.toEqual(
    refusal('too-large', { maxColumns }),
  );
  await expect(readTable(Buffer.from(`a,b\n${'c'.repeat(maxCellChars + 1)},d\n`))).rejects.toEqual(
    refusal('too-large', { maxCellChars }),
  );
  const bomb = workbook(rowsXml(' '.repeat(maxUnpackedBytes + 1)));
  expect(bomb.length).toBeLessThan(100_000);
  await expect(readTable(bomb)).rejects.toEqual(refusal('too-large', { maxUnpackedBytes }));
  const parts = Object.fromEntries(
    Array.from({ length: maxArchiveEntries + 1 }, (_, i) => [`p${i}`, new Uint8Array()]),
  );
  await expect(readTable(zipSync(parts))).rejects.toEqual(refusal('too-large', { maxArchiveEntries }));
});

test('an archive that lies about a size is refused, not unpacked', async () => {
  const bytes = Buffer.from(workbook(rowsXml(' '.repeat(1_000_000))));
  // The size of an entry, in front of it and in the directory (APPNOTE 4.3.7 and 4.3.12).
  const size = Buffer.alloc(4);
  size.writeUInt32LE(1_000_000 + rowsXml('').length);
  for (let at = bytes.indexOf(size); at >= 0; at = bytes.indexOf(size, at + 4)) bytes.writeUInt32LE(10, at);
  await expect(readTable(bytes)).rejects.toEqual(refusal('sheet-malformed'));
});

test('entities of a document type are refused', async () => {
  const evil = `<!DOCTYPE a [<!ENTITY x "boom">]><worksheet><sheetData><row><c t="str"><v>&x;</v></c></row></sheetData></worksheet>`;
  await expect(readTable(workbook(evil))).rejects.toEqual(
    refusal('sheet-malformed', { part: 'xl/worksheets/sheet1.xml' }),
  );
  await expect(readTable(workbook(rowsXml('<row><c t="str"><v>&eacute;</v></c></row>')))).rejects.toEqual(
    refusal('sheet-malformed'),
  );
});

test.each([
  ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1])],
  ['an archive of something else', Buffer.from(zipSync({ 'a.txt': strToU8('a') }))],
  ['half an archive', Buffer.from(workbook(rowsXml(''))).subarray(0, 200)],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13])],
  ['nothing', Buffer.alloc(0)],
])('%s is refused', async (_, bytes) => {
  await expect(readTable(bytes)).rejects.toEqual(refusal('sheet-malformed'));
});

test.each(stepNames)(
  'the templates of %s hold its columns, with an example, and are mapped as they are',
  async (step) => {
    const expected = [steps[step].fields.map(({ label }) => label), steps[step].fields.map(({ example }) => example)];
    expect(texts(await readTable(Buffer.from(csvTemplate(step))))).toEqual(expected);
    const book = await readTable(await xlsxTemplate(step));
    expect(texts(book)).toEqual(expected);
    expect(book.rows[1]?.cells.every(({ kind }) => kind === 'text')).toBe(true);
    const at = { step, sheet: null, headerRow: null };
    const { columns } = proposeMapping(at, findHeader(book, null), { timeZone: 'UTC', semicolons: false });
    expect(columns).toEqual(Object.fromEntries(steps[step].fields.map(({ name }, column) => [name, column])));
  },
);
