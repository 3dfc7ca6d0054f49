import type { Place, Report } from './report.ts';

/** Colours a text, where the reader is a terminal. */
export type Paint = (colour: 'green' | 'red' | 'yellow', text: string) => string;

/** Columns that are the same for every document, so that the lines of several stand in line. */
export interface Columns {
  readonly fileChars: number;
}

const typeChars = 'TransformationEvent'.length;
const timeChars = '2026-04-17T09:26:42-04:00'.length;
/** A type or time that is longer is wrong, and is cut. */
const maxCellChars = 40;

/** The lines about the events of one document, each with a line feed; columns are aligned. */
export function textLines(reports: readonly Report[], { fileChars }: Columns, paint: Paint): string {
  const pointerChars = Math.max(0, ...reports.map(({ pointer }) => pointerText(pointer).length));
  const where = ({ file, pointer }: Place): string =>
    `${printable(file).padEnd(fileChars)}  ${pointerText(pointer).padEnd(pointerChars)}`;
  return reports.map((report) => `${textLine(report, where(report), paint)}\n`).join('');
}

/**
 * A text that cannot move the cursor, break its line or reorder what is around it: documents come from others, and terminals
 * obey what they are sent.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

function textLine(report: Report, where: string, paint: Paint): string {
  if ('hash' in report) return hashLine(report, where);
  const start = `${where}  ${cell(report.type, typeChars)}  ${cell(report.eventTime, timeChars)}`;
  if (report.ok) {
    const remarks = report.remarks.map(({ code, message }) => `  ${paint('yellow', code)}: ${printable(message)}`);
    return `${start}  ${paint('green', 'ok')}${remarks.join(';')}`;
  }
  const problems = report.problems.map(({ code, pointer, message }) => {
    const at = pointer === report.pointer ? '' : ` at ${pointerText(pointer)}`;
    return `${code}${at}: ${printable(message)}`;
  });
  return `${start}  ${paint('red', 'refused')}  ${problems.join('; ')}`;
}

function hashLine({ hash, preHash, declaration }: Extract<Report, { hash: string }>, where: string): string {
  const lines = [`${hash}  ${where.trimEnd()}`];
  if (declaration) lines.push(`  declaration  ${declaration}`);
  if (preHash !== undefined) lines.push(`  pre-hash     ${printable(preHash)}`);
  return lines.join('\n');
}

function pointerText(pointer: string): string {
  return pointer === '' ? '(document)' : printable(pointer);
}

function cell(text: string | null, chars: number): string {
  const shown = printable(text ?? '-');
  return (shown.length > maxCellChars ? `${shown.slice(0, maxCellChars - 1)}…` : shown).padEnd(chars);
}
