import { createServer } from 'node:net';

const host = '127.0.0.1';
/** Below the range that Linux takes for outgoing connections (32768 and up, ip(7)), which would take one meanwhile. */
export const lowestPort = 12_000;
export const highestPort = 32_000;
const maxAttempts = 50;

/** Whether a listener could be opened there on the loopback address. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => settle(true)));
  });
}

/**
 * The first of `count` ports in a row that are all free now, for what must not get in the way of others; `null` where none
 * was found.
 *
 * @param random gives a number in [0, 1).
 */
export async function freePortRun(count: number, random: () => number): Promise<number | null> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const first = lowestPort + Math.floor(random() * (highestPort - lowestPort - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isPortFree))).every(Boolean)) return first;
  }
  return null;
}
