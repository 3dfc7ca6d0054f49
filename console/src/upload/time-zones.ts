/** The time zone of whoever looks at the page. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Time zones to choose from, with those that must be among them. */
export function timeZones(...also: readonly string[]): string[] {
  return [...new Set(['UTC', ownTimeZone(), ...also, ...Intl.supportedValuesOf('timeZone')])].sort();
}
