import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isPortFree } from '../free-ports.ts';
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
  throw new FabricError(
    'PORT_IN_USE',
    `${list.join('\n')}\nFree it, or choose other ports with --port-base (and --fresh, where a network was begun on these).`,
  );
}

/** Where a process is asked whether it serves already. */
export interface Readiness {
  readonly port: number;
  /** How to speak to it, so that waiting leaves no failed handshakes in its log; null means plaintext. */
  readonly tls: { readonly rootCertFile: string; readonly serverName: string } | null;
}

/** True where the port accepts a connection, and a TLS one shows the expected certificate. */
export async function isServing({ port, tls }: Readiness): Promise<boolean> {
  const where = { host: HOST, port };
  if (!tls) return opens(connect(where), 'connect');
  const ca = await readFile(tls.rootCertFile);
  return opens(connectTls({ ...where, ca, servername: tls.serverName, ALPNProtocols: ['h2'] }), 'secureConnect');
}

function opens(socket: Socket, event: 'connect' | 'secureConnect'): Promise<boolean> {
  return new Promise((settle) => {
    const finish = (answer: boolean) => {
      socket.destroy();
      settle(answer);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => finish(false));
    socket.once(event, () => finish(true));
    socket.once('error', () => finish(false));
  });
}
