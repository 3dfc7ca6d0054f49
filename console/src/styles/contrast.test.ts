import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Relative luminance and contrast ratio of WCAG 2.2 (definitions of both). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, two: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const sheet = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = sheet.split('@media');
const colours = (text: string) =>
  new Map([...text.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]));

const grounds = ['--ground', '--surface', '--sunken'];
const pairs = (texts: string[], on: string[]) =>
  texts.flatMap((text) => on.map((ground): [string, string] => [text, ground]));
const textPairs = [
  ...pairs(['--text', '--muted', '--accent'], [...grounds, '--accent-ground']),
  ...['ok', 'warn', 'danger'].flatMap((tone) => pairs([`--${tone}`], [`--${tone}-ground`, '--surface'])),
  ...pairs(['--text'], ['--danger-ground', '--warn-ground']),
  ...pairs(['--on-accent'], ['--accent']),
];

describe.each([
  ['light', colours(light)],
  ['dark', new Map([...colours(light), ...colours(dark)])],
])('in %s', (_, palette) => {
  const of = (name: string | undefined) => palette.get(name) ?? `${name} is missing`;

  test.each(textPairs)('%s can be read on %s (AA: 4.5 to 1)', (text, ground) => {
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([1, 2, 3, 4, 5, 6])('line %i of a chart stands out (AA: 3 to 1)', (index) => {
    expect(contrast(of(`--series-${index}`), of('--surface'))).toBeGreaterThanOrEqual(3);
  });
});
