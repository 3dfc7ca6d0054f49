import { FabricError } from './fabric-error.ts';
import { PORT_COUNT } from './network-plan.ts';
import { isPortFree } from './ports.ts';

/** Below the range that Linux takes for outgoing connections (32768 and up, ip(7)), so that none of them interferes. */
const LOWEST_PORT = 12_000;
const HIGHEST_PORT = 32_000;
const MAX_ATTEMPTS = 50;

/**
 * Picks a port base for a network that must not get in the way of another, as in tests.
 *
 * @param random gives a number in [0, 1).
 * @throws FabricError `PORT_IN_USE` where none was found.
 */
export async function freePortBase(random: () => number): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const base = LOWEST_PORT + Math.floor(random() * (HIGHEST_PORT - LOWEST_PORT - PORT_COUNT));
    const ports = Array.from({ length: PORT_COUNT }, (_, offset) => base + offset);
    if ((await Promise.all(ports.map(isPortFree))).every(Boolean)) return base;
  }
  throw new FabricError(
    'PORT_IN_USE',
    `no ${PORT_COUNT} free ports in a row between ${LOWEST_PORT} and ${HIGHEST_PORT}`,
  );
}
