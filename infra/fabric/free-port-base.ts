import { freePortRun, highestPort, lowestPort } from '../free-ports.ts';
import { FabricError } from './fabric-error.ts';
import { PORT_COUNT } from './network-plan.ts';

/**
 * Picks a port base for a network that must not get in the way of another, as in tests.
 *
 * @param random gives a number in [0, 1).
 * @throws FabricError `PORT_IN_USE` where none was found.
 */
export async function freePortBase(random: () => number): Promise<number> {
  const base = await freePortRun(PORT_COUNT, random);
  if (base !== null) return base;
  throw new FabricError('PORT_IN_USE', `no ${PORT_COUNT} free ports in a row between ${lowestPort} and ${highestPort}`);
}
