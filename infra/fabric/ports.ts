import { connect, createServer } from 'node:net';
import { FabricError } from './fabric-error.ts';
import { HOST } from './network-plan.ts';

const CONNECT_TIMEOUT_MS = 1_000;

export interface PortUse {
  readonly port: number;
  /** What wants it, for people: "orderer1, gRPC". */
  readonly purpose: string;
}

/**
 * Refuses ports that somebody else holds, before anything is started on them.
 *
 * @throws FabricError `PORT_IN_USE`, which names each such port and what wanted it.
 */
export async function assertPortsFree(uses: readonly PortUse[]): Promise<void> {
  const free = await Promise.all(uses.map(({ port }) => isPortFree(port)));
  const taken = uses.filter((_, index) => !free[index]);
  if (taken.length === 0) return;
  const list = taken.map(({ port, purpose }) => `port ${port} on ${HOST} is in use; wanted by ${purpose}`);
  throw new FabricError('PORT_IN_USE', `${list.join('\n')}\nFree it, or start over with other ports (--port-base).`);
}

/** True where a listener could be opened on the loopback address. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => settle(true)));
  });
}

/** True where somebody accepts a TCP connection at `host:port`. */
export function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const finish = (answer: boolean) => {
      socket.destroy();
      settle(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });
}
