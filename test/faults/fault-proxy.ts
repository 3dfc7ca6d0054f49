import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A TCP proxy on loopback that stands between an edge node and a gateway and does what networks do: it passes bytes on,
 * holds answers back, or refuses connections.
 */
export interface FaultProxy {
  readonly url: string;
  /** Uploads of statements that have come through so far, answered or not. */
  readonly uploads: number;
  /** From now on requests arrive and answers do not. */
  holdAnswers(): void;
  /** From now on whoever uploads statements loses the connection; everything else passes. */
  dropUploads(): void;
  /** Ends what is under way and refuses everything new. */
  cut(): void;
  /** Passes everything again; what was held back is lost with its connection. */
  heal(): void;
  close(): Promise<void>;
}

const uploadLine = 'POST /edge/v1/statements ';

export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  let uploads = 0;
  const sockets = new Set<Socket>();
  let mode: 'pass' | 'hold' | 'drop-uploads' | 'cut' = 'pass';
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A peer that was killed resets its connections; that is what this proxy is for.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((inbound) => {
    track(inbound);
    if (mode === 'cut') {
      inbound.destroy();
      return;
    }
    const outbound = connect(target.port, target.host);
    track(outbound);
    inbound.on('data', (chunk: Buffer) => {
      // A request begins a segment: an edge node sends the next one only after the answer to the last.
      const isUpload = chunk.subarray(0, uploadLine.length).toString('latin1') === uploadLine;
      if (isUpload && mode === 'drop-uploads') inbound.destroy();
      else outbound.write(chunk);
      if (isUpload) uploads++;
    });
    inbound.once('end', () => outbound.end());
    outbound.on('data', (chunk) => {
      if (mode !== 'hold') inbound.write(chunk);
    });
    outbound.once('close', () => inbound.destroy());
    inbound.once('close', () => outbound.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get uploads() {
      return uploads;
    },
    holdAnswers: () => {
      mode = 'hold';
    },
    dropUploads: () => {
      mode = 'drop-uploads';
    },
    cut: () => {
      mode = 'cut';
      destroyAll();
    },
    heal: () => {
      mode = 'pass';
      destroyAll();
    },
    close: () => {
      destroyAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
