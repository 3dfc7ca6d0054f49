import { sheetLimits } from '../sheet-limits.ts';
import type { Archive } from './open-archive.ts';
import { parseXml } from './parse-xml.ts';

/** Numbers of built-in formats that show a date or a time (ECMA-376, part 1, section 18.8.30, with those of East Asia). */
function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/** Whether a format's code shows a date or a time: it has a letter of one outside quotes, escapes and brackets. */
export function isDateCode(code: string): boolean {
  const first = code.slice(0, sheetLimits.maxFormatChars).split(';')[0] ?? '';
  const bare = first.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return /[ymdhs]/i.test(bare) && !/^general$/i.test(bare.trim());
}

/** For each cell style of a workbook, by its number, whether it shows a date. */
export async function readDateStyles(archive: Archive, part: string): Promise<readonly boolean[]> {
  if (!archive.has(part)) return [];
  const codes = new Map<number, string>();
  const styles: boolean[] = [];
  let inside = false;
  await parseXml(await archive.read(part), part, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      if (name === 'cellXfs') inside = true;
      if (name !== 'xf' || !inside) return;
      const id = Number(attributes.numFmtId ?? 0);
      const code = codes.get(id);
      styles.push(code === undefined ? isBuiltInDate(id) : isDateCode(code));
    },
    close(name) {
      if (name === 'cellXfs') inside = false;
    },
  });
  return styles;
}

const msPerDay = 86_400_000;
/** 1970-01-01 in days of the 1900 date system, and how far the 1904 system lags behind it. */
const epochDays = 25_569;
const lag1904Days = 1_462;

/**
 * The text of a date that a spreadsheet keeps as a number of days: a date, a date with a time, or a time alone. Seconds are
 * rounded, because a number of days cannot hold them exactly.
 * @returns `null` for a number that is no date, and before March 1900, where the 1900 system counts a day that never was
 */
export function dateText(days: number, is1904: boolean): string | null {
  if (!Number.isFinite(days) || days < 0) return null;
  if (days < 1) return new Date(Math.round(days * 86_400) * 1_000).toISOString().slice(11, 19);
  const counted = days + (is1904 ? lag1904Days : 0);
  if (counted < 61 || counted >= 2_958_466) return null;
  const iso = new Date(Math.round((counted - epochDays) * (msPerDay / 1_000)) * 1_000).toISOString();
  return iso.slice(11, 19) === '00:00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}
