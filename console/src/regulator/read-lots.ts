import { gtin14, lotNumber, parseIdentifier } from '@hopline/protocol/gs1';

export interface ReadLots {
  readonly lots: ReadonlyArray<{ readonly gtin: string; readonly lot: string }>;
  /** Lines that are no identifier: lot numbers whose product has to be looked up. */
  readonly words: readonly string[];
  /** Lines that name something, and not a lot. */
  readonly faults: readonly string[];
}

/**
 * Lots as people write them, one a line: a Digital Link or URN, an element string as labels have it (`(01)…(10)…`), GTIN and
 * lot number with a space between, or a lot number alone.
 */
export function readLots(text: string): ReadLots {
  const lots: Array<{ gtin: string; lot: string }> = [];
  const words: string[] = [];
  const faults: string[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    try {
      const lot = lotOf(line);
      if (lot === null) words.push(line);
      else lots.push(lot);
    } catch (error) {
      faults.push(`“${line}”: ${error instanceof Error ? error.message : 'cannot be read'}`);
    }
  }
  return { lots, words, faults };
}

/** `null` for what may be a lot number. Throws where a line says what it is and is not right. */
function lotOf(line: string): { gtin: string; lot: string } | null {
  const [, gtin, lot] =
    /^\(01\)(\d{14})\(10\)(.{1,20})$/.exec(line) ?? /^(\d{8,14})[\s,;]+(\S.{0,19})$/.exec(line) ?? [];
  if (gtin !== undefined && lot !== undefined) return { gtin: gtin14(gtin), lot: lotNumber(lot) };
  if (!/^(https?:|urn:)/i.test(line)) {
    lotNumber(line);
    return null;
  }
  const identifier = parseIdentifier(line);
  if ('gtin' in identifier && 'lot' in identifier && identifier.lot !== undefined) {
    return { gtin: identifier.gtin, lot: identifier.lot };
  }
  throw new Error('this names no lot');
}
