import writeXlsxFile, { type SheetData } from 'write-excel-file/node';
import { type StepName, steps } from './steps.ts';

/** A sheet with the columns of a step and one example row, as CSV (RFC 4180) in UTF-8 with a mark, which Excel needs. */
export function csvTemplate(step: StepName): string {
  const { fields } = steps[step];
  const record = (texts: readonly string[]) => `${texts.map(quoted).join(',')}\r\n`;
  return `\ufeff${record(fields.map(({ label }) => label))}${record(fields.map(({ example }) => example))}`;
}

/** The same as a workbook. All columns are texts, so that a spreadsheet shortens no number. */
export function xlsxTemplate(step: StepName): Promise<Buffer> {
  const { fields, label } = steps[step];
  const header = fields.map((field) => ({ value: field.label, type: String, fontWeight: 'bold' as const }));
  const example = fields.map((field) => ({ value: field.example, type: String, format: '@' }));
  const blank = fields.map(() => ({ type: String, format: '@' }));
  const data: SheetData = [header, example, ...Array.from({ length: 50 }, () => blank)];
  const columns = fields.map((field) => ({ width: Math.max(14, field.label.length + 4, field.example.length + 2) }));
  return writeXlsxFile(data, { sheet: label, columns, stickyRowsCount: 1 }).toBuffer();
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
