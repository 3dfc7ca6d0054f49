import { type FsmaEvent, glnOf } from './fsma-event.ts';

/** The place at an event's read point, or else its business location. */
export function placeOf({ event }: FsmaEvent): string | null {
  return (glnOf(event.readPoint) ?? glnOf(event.bizLocation))?.gln ?? null;
}

/** The GLN at one end of a journey: a location before who has the goods, and that before who owns them. */
export function endOf(ends: FsmaEvent['event']['sources']): string | null {
  for (const type of ['location', 'possessing_party', 'owning_party']) {
    for (const end of ends) {
      const gln = end.type === type ? glnOf(end.id) : null;
      if (gln) return gln.gln;
    }
  }
  return null;
}
