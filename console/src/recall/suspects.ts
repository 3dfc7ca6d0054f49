import type { Suspect } from '../api/run-recalls.ts';

const gtinAndLot = /^(\d{8}|\d{12,14})[\s,;/]+(\S{1,20})$/;

/** Suspect goods as somebody typed them, one a line: a GTIN and a lot number, or an identifier in any GS1 form. */
export function suspectsOf(text: string): Suspect[] {
  return [
    ...new Set(
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ].map((line) => {
    const [, gtin, lot] = gtinAndLot.exec(line) ?? [];
    return gtin !== undefined && lot !== undefined ? { gtin, lot } : line;
  });
}
