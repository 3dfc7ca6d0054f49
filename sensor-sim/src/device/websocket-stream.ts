import { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';

const normalClosure = 1000;

/**
 * MQTT bytes over a WebSocket. mqtt.js writes a packet in four or more pieces, and the stream that comes with it sends
 * each piece as a frame of its own. An edge node pays for frames: here, all that was written while a tick or an earlier
 * send was under way goes out as one.
 */
export class WebSocketStream extends Duplex {
  /** Frames sent so far: what coalescing saves is visible in it. */
  framesSent = 0;
  readonly #socket: WebSocket;
  #severAtNextInput = false;

  constructor(url: string) {
    super();
    this.#socket = new WebSocket(url, ['mqtt'], { perMessageDeflate: false });
    this.#socket.on('message', (data) => this.#receive(data));
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => {
      this.push(null);
      this.destroy();
    });
  }

  /** A fault for tests: what the broker sends next is lost together with the connection. */
  severAtNextInput(): void {
    this.#severAtNextInput = true;
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#send(chunk, callback);
  }

  override _writev(pieces: { chunk: Uint8Array }[], callback: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(pieces.map(({ chunk }) => chunk)), callback);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.close(normalClosure);
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#socket.terminate();
    callback(error);
  }

  #send(bytes: Uint8Array, callback: (error?: Error | null) => void): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) {
      // Should it never open, its error or its end destroys this stream, and with it what was to be written.
      this.#socket.once('open', () => this.#send(bytes, callback));
      return;
    }
    this.framesSent++;
    this.#socket.send(bytes, { binary: true }, (error) => callback(error));
  }

  #receive(data: RawData): void {
    if (this.#severAtNextInput) {
      this.destroy();
      return;
    }
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    if (!this.push(bytes)) this.#socket.pause();
  }
}
