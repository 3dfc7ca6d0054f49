import { createServer, type Socket } from 'node:net';
import { WebSocketStream } from '../device/websocket-stream.ts';
import { SimError } from '../error.ts';
import type { Command } from './command.ts';

const defaultPort = 1883;

export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Carries each TCP connection's bytes to a WebSocket of its own and back: MQTT is the same on both. It reads nothing and
 * adds nothing; who may connect is the edge node's to say. Throws `bad-argument` where the port is in use.
 */
export async function startRelay(host: string, port: number, url: string): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    const stream = new WebSocketStream(url);
    open.add(socket);
    socket.pipe(stream).pipe(socket);
    socket.on('error', () => stream.destroy()).on('close', () => open.delete(socket) && stream.destroy());
    stream.on('error', () => socket.destroy()).on('close', () => socket.end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on: ${cause.message}`;
      reject(new SimError('bad-argument', `port ${port} of ${host} ${why}`, { host, port }, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export const relayCommand: Command = {
  name: 'relay',
  summary: 'let devices that speak MQTT over TCP reach an edge node',
  description: `
Listens on a TCP port and carries every connection to an edge node's WebSocket address: for sensors and tools without
WebSocket, as mosquitto_pub. Nothing is encrypted on the TCP side, so it listens on loopback unless told otherwise.

  npm run sim -- relay --url ws://127.0.0.1:8090/sites/9521002000115/0/mqtt`,
  flags: [
    { name: 'url', value: 'URL', help: 'WebSocket address of the edge node' },
    { name: 'host', value: 'HOST', help: 'address to listen on (127.0.0.1)' },
    { name: 'port', value: 'PORT', help: `TCP port; 0 takes a free one (${defaultPort})` },
  ],
  async run(values, signal) {
    const host = values.text('host') ?? '127.0.0.1';
    const relay = await startRelay(host, values.count('port', defaultPort, 0), values.required('url'));
    console.log(`relaying mqtt://${host}:${relay.port} until Ctrl-C`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await relay.close();
  },
};
