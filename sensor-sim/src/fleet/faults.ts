import { createRandom } from '../random/random.ts';
import type { FaultRates } from './plan.ts';

export type FaultKind = 'reconnect' | 'lost-ack' | 'duplicate' | 'offline' | 'battery-reset';

/** Something that goes wrong with a device at a time; `untilMs` for what lasts. */
export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly untilMs: number;
}

const dayMs = 86_400_000;

/** The faults of a device that begin in one day (days since 1970): a pure function of seed, device and day. */
export function faultsOfDay(rates: FaultRates, seed: number, device: string, day: number): Fault[] {
  const random = createRandom(seed, 'faults', device, day);
  const draw = (kind: FaultKind, perDay: number, meanMs: number): Fault[] =>
    Array.from({ length: random.poisson(perDay) }, () => {
      const atMs = Math.floor((day + random.uniform()) * dayMs);
      return { atMs, kind, untilMs: atMs + Math.round(random.exponential(meanMs)) };
    });
  return [
    ...draw('reconnect', rates.reconnects, 0),
    ...draw('lost-ack', rates.lostAcks, 0),
    ...draw('duplicate', rates.duplicates, 0),
    ...draw('offline', rates.offline, rates.offlineMeanMs),
    ...draw('battery-reset', rates.batteryResets, 0),
  ].sort((a, b) => a.atMs - b.atMs);
}

/** All faults that begin in [fromMs, toMs). */
export function faultsBetween(
  rates: FaultRates | null,
  seed: number,
  device: string,
  fromMs: number,
  toMs: number,
): Fault[] {
  if (!rates || toMs <= fromMs) return [];
  const firstDay = Math.floor(fromMs / dayMs);
  const days = Math.floor((toMs - 1) / dayMs) - firstDay + 1;
  return Array.from({ length: days }, (_, index) => faultsOfDay(rates, seed, device, firstDay + index))
    .flat()
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}
