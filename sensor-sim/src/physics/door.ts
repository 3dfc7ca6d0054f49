import { createRandom } from '../random/random.ts';

/** How often a door is opened, and for how long. */
export interface DoorSchedule {
  readonly openingsPerHour: number;
  /** Working hours, UTC; `fromHourUtc` may be greater than `toHourUtc` (over midnight). */
  readonly fromHourUtc: number;
  readonly toHourUtc: number;
  readonly meanOpenMs: number;
}

export interface DoorOpening {
  readonly fromMs: number;
  readonly toMs: number;
}

const hourMs = 3_600_000;
export const maxDoorOpenMs = 6 * 60_000;
const minDoorOpenMs = 15_000;

/** The openings that begin in one hour (hours since 1970): a pure function of seed, door and hour. */
export function doorOpenings(schedule: DoorSchedule, seed: number, door: string, hour: number): DoorOpening[] {
  if (!isWorkingHour(schedule, hour % 24)) return [];
  const random = createRandom(seed, 'door', door, hour);
  return Array.from({ length: random.poisson(schedule.openingsPerHour) }, () => {
    const fromMs = Math.floor((hour + random.uniform()) * hourMs);
    const openMs = Math.min(maxDoorOpenMs, minDoorOpenMs + random.exponential(schedule.meanOpenMs));
    return { fromMs, toMs: fromMs + Math.round(openMs) };
  });
}

/** A door asked again and again about times that grow: keeps the openings of the hours at hand. */
export function createDoor(schedule: DoorSchedule | null, seed: number, door: string): (atMs: number) => boolean {
  if (!schedule) return () => false;
  let hour = Number.NaN;
  let openings: DoorOpening[] = [];
  return (atMs) => {
    const current = Math.floor(atMs / hourMs);
    if (current !== hour) {
      hour = current;
      // An opening is far shorter than an hour, so only the hour before can reach into this one.
      openings = [current - 1, current].flatMap((each) => doorOpenings(schedule, seed, door, each));
    }
    return openings.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  };
}

function isWorkingHour({ fromHourUtc, toHourUtc }: DoorSchedule, hourOfDay: number): boolean {
  if (fromHourUtc <= toHourUtc) return hourOfDay >= fromHourUtc && hourOfDay < toHourUtc;
  return hourOfDay >= fromHourUtc || hourOfDay < toHourUtc;
}
