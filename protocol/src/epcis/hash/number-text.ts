/** Numbers as the reference implementation recognises them: also with underscores between digits. */
const numeral = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;

/** Below this magnitude the reference writes an exponent. */
const exponentBelow = 1e-4;

/** A number without leading plus, leading or trailing zeros (CBV 2.0, section 8.9, rule 6); any other text as it is. */
export function numericTextOf(text: string): string {
  if (!numeral.test(text)) return text;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? numberText(value) : text;
}

/**
 * The digits of a double: integers in full, fractions in their shortest form. Small fractions get an exponent of two
 * digits or more (`1e-05`), because the reference implementation, in Python, writes them so.
 */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  if (Math.abs(value) >= exponentBelow) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
