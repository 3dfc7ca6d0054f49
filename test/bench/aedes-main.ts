/** aedes as a process of its own: MQTT 3.1.1 over WebSocket on a free port of 127.0.0.1, which it prints. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

const aedes = await Aedes.createBroker();
const http = createServer();
const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'mqtt' });
sockets.on('connection', (socket, request) => {
  aedes.handle(createWebSocketStream(socket), request);
});
http.listen(0, '127.0.0.1', () => console.log((http.address() as AddressInfo).port));
process.on('SIGTERM', () => process.exit(0));
