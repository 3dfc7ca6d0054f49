/** How many colours of lines the style sheet has. */
export const seriesColors = 6;

/** The colour of a group, as a reference to the style sheet: it differs between light and dark. */
export function seriesColor(group: number): string {
  return `var(${seriesVariable(group)})`;
}

export function seriesVariable(group: number): string {
  return `--series-${(group % seriesColors) + 1}`;
}
