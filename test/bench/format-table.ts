import type { Figure, Section } from './figures.ts';

const heads = ['', 'median', 'spread', 'unit'] as const;

/** A section as text: title, one line a figure with median and spread, notes. */
export function formatTable({ title, figures, notes }: Section): string {
  const rows = figures.map(({ name, median, min, max, rounds, unit }) => [
    name,
    formatNumber(median),
    rounds.length > 1 ? `${formatNumber(min)} – ${formatNumber(max)}` : '',
    unit,
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 1 || column === 2 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    title,
    ...(rows.length > 0 ? [line(heads), ...rows.map(line)].map((text) => `  ${text}`) : []),
    ...notes.map((note) => `  · ${note}`),
  ].join('\n');
}

/** Three digits that matter, and whole numbers above a hundred. */
export function formatNumber(value: Figure['median']): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
