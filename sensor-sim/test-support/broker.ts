import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

/** A publish as the broker took it in. */
export interface TakenPublish {
  readonly client: string;
  readonly topic: string;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly isResend: boolean;
}

/** A real MQTT 3.1.1 broker (aedes) on loopback, over WebSocket and TCP. */
export interface TestBroker {
  readonly url: string;
  readonly tcpUrl: string;
  readonly publishes: TakenPublish[];
  /** WebSocket frames that clients have sent. */
  readonly frames: number;
  passwordOf: (username: string) => string | null;
  close(): Promise<void>;
}

/** Starts a broker; `port` only to come back at the address of an earlier one. */
export async function startBroker(port = 0): Promise<TestBroker> {
  const broker: { passwordOf: TestBroker['passwordOf'] } = { passwordOf: () => null };
  const publishes: TakenPublish[] = [];
  let frames = 0;
  const aedes = await Aedes.createBroker({
    authenticate: (_client, username, password, done) => {
      const expected = broker.passwordOf(username ?? '');
      if (expected === null || password?.toString() === expected) done(null, true);
      else done(Object.assign(new Error('bad password'), { returnCode: 4 }), false);
    },
    authorizePublish: (client, packet, done) => {
      const payload = Uint8Array.from(Buffer.from(packet.payload));
      publishes.push({ client: client?.id ?? '', topic: packet.topic, payload, isResend: packet.dup });
      done(null);
    },
  });
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'mqtt' });
  sockets.on('connection', (socket, request) => {
    socket.on('message', () => frames++);
    aedes.handle(createWebSocketStream(socket), request);
  });
  const tcp = createTcpServer((socket) => void aedes.handle(socket));
  const httpPort = await listen(http, port);
  const tcpPort = await listen(tcp, 0);
  return {
    url: `ws://127.0.0.1:${httpPort}`,
    tcpUrl: `mqtt://127.0.0.1:${tcpPort}`,
    publishes,
    get frames() {
      return frames;
    },
    set passwordOf(passwordOf: TestBroker['passwordOf']) {
      broker.passwordOf = passwordOf;
    },
    get passwordOf() {
      return broker.passwordOf;
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await Promise.all([http, tcp].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
