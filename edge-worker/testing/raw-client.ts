import { generate, type Packet, parser } from 'mqtt-packet';

const answerTimeoutMs = 10_000;

/** An MQTT client that sends exactly the bytes that a test gives it, and collects what comes back. */
export class RawClient {
  readonly packets: Packet[] = [];
  frames = 0;
  readonly #socket: WebSocket;
  readonly #version: 4 | 5;
  readonly #changed: (() => void)[] = [];
  #closeCode: number | null = null;

  private constructor(socket: WebSocket, version: 4 | 5) {
    this.#socket = socket;
    this.#version = version;
    const reader = parser({ protocolVersion: version });
    reader.on('packet', (packet) => this.packets.push(packet));
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      this.frames++;
      reader.parse(Buffer.from(data));
      this.#wake();
    };
    socket.onclose = ({ code }) => {
      this.#closeCode = code;
      this.#wake();
    };
  }

  static async open(url: string, version: 4 | 5, protocols: string[] = ['mqtt']): Promise<RawClient> {
    const socket = new WebSocket(url, protocols);
    const client = new RawClient(socket, version);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('the WebSocket was refused'));
    });
    return client;
  }

  get isClosed(): boolean {
    return this.#closeCode !== null;
  }

  get subprotocol(): string {
    return this.#socket.protocol;
  }

  bytes(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.#version });
  }

  send(...packets: Packet[]): void {
    this.sendBytes(Buffer.concat(packets.map((packet) => this.bytes(packet))));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(Uint8Array.from(bytes));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** The next packet that came, taken off the list. Throws where none comes. */
  async next(): Promise<Packet> {
    await this.#until(() => this.packets.length > 0);
    const packet = this.packets.shift();
    if (!packet) throw new Error('no packet came');
    return packet;
  }

  /** Resolves with the close code once the server has closed. */
  async closed(): Promise<number> {
    await this.#until(() => this.#closeCode !== null);
    return this.#closeCode ?? 0;
  }

  /** Breaks off without DISCONNECT. */
  close(): void {
    this.#socket.close();
  }

  async #until(holds: () => boolean): Promise<void> {
    const end = Date.now() + answerTimeoutMs;
    while (!holds()) {
      const left = end - Date.now();
      if (left <= 0) throw new Error('waited in vain for the broker');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #wake(): void {
    for (const resume of this.#changed.splice(0)) resume();
  }
}
