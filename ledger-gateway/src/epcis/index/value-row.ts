import { createHash } from 'node:crypto';

/** One row of `epcis_values`, before its event has a number. */
export interface ValueRow {
  readonly field: string;
  readonly value: string | null;
  readonly number: number | null;
  readonly time_ms: number | null;
}

/**
 * Longest texts in the index, in UTF-16 units: with three bytes each, field and value together stay below the 2,704 bytes of
 * a PostgreSQL index entry.
 */
const maxFieldChars = 300;
const maxValueChars = 500;

/** Characters of a long text that stay readable in the index, so that patterns find their prefix. */
const keptValueChars = 400;

/** A field's name as the index has it: a longer one is told by its digest. */
export function fieldKey(field: string): string {
  return shortened(field, maxFieldChars, maxFieldChars - 100);
}

/** A text as the index has it: longer ones are told apart by their digest, and by nothing else. */
export function valueKey(text: string): string {
  return shortened(text, maxValueChars, keptValueChars);
}

function shortened(text: string, maxChars: number, keptChars: number): string {
  // PostgreSQL's texts can't hold U+0000 or half a surrogate pair; the index of both sides is made here.
  const storable = text.replaceAll('\u0000', '\ufffd').toWellFormed();
  if (storable.length <= maxChars) return storable;
  const digest = createHash('sha256').update(storable).digest('hex');
  return `${storable.slice(0, keptChars).toWellFormed()}#${digest}`;
}
