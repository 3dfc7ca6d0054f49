import { concat, utf8 } from '@hopline/protocol';

/** A packet as it came: its type (the high four bits of the first byte, §2.1.2) and what follows the fixed header. */
export interface RawPacket {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

export const packetType = { connack: 2, publish: 3, puback: 4, suback: 9, pingresp: 13, disconnect: 14 } as const;

/**
 * An MQTT client within workerd, at the other end of a WebSocket that a fetch has returned. Its packets are written by hand
 * (MQTT 5 §2 and §3), so that it shares no code with the broker.
 */
export class WorkerdClient {
  readonly #socket: WebSocket;
  readonly #packets: RawPacket[] = [];
  #wake: () => void = () => undefined;
  #closeCode: number | null = null;

  constructor(response: Response) {
    const socket = response.webSocket;
    if (!socket) throw new Error(`no WebSocket: ${response.status}`);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.accept();
    socket.addEventListener('message', ({ data }) => {
      this.#packets.push(...cut(new Uint8Array(data as ArrayBuffer)));
      this.#wake();
    });
    socket.addEventListener('close', ({ code }) => {
      this.#closeCode = code;
      this.#wake();
    });
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes.slice());
  }

  async next(): Promise<RawPacket> {
    while (this.#packets.length === 0) {
      if (this.#closeCode !== null) throw new Error('the broker has closed');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#packets.shift() as RawPacket;
  }

  /** Resolves with the close code once the broker has closed. */
  async closed(): Promise<number> {
    while (this.#closeCode === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#closeCode;
  }

  close(): void {
    this.#socket.close();
  }
}

const noProperties = Uint8Array.of(0);

/** CONNECT (§3.1) of MQTT 5: clean start, user name and password, keep alive of a minute. */
export function connectPacket(clientId: string, username: string, password: string): Uint8Array {
  const header = concat(text('MQTT'), Uint8Array.of(5, 0b1100_0010, 0, 60), noProperties);
  return packet(0x10, concat(header, text(clientId), text(username), text(password)));
}

/** PUBLISH (§3.3) at QoS 1. */
export function publishPacket(topic: string, packetId: number, payload: Uint8Array): Uint8Array {
  return packet(0x32, concat(text(topic), uint16(packetId), noProperties, payload));
}

/** PUBACK (§3.4) with success. */
export function pubackPacket(packetId: number): Uint8Array {
  return packet(0x40, uint16(packetId));
}

/** SUBSCRIBE (§3.8) to one filter at QoS 1. */
export function subscribePacket(packetId: number, filter: string): Uint8Array {
  return packet(0x82, concat(uint16(packetId), noProperties, text(filter), Uint8Array.of(1)));
}

/** PINGREQ (§3.12). */
export const pingreqPacket = Uint8Array.of(0xc0, 0);

/** Topic and packet identifier of a PUBLISH at QoS 1. */
export function readPublish({ body }: RawPacket): { topic: string; packetId: number } {
  const end = 2 + readUint16(body, 0);
  return { topic: new TextDecoder().decode(body.subarray(2, end)), packetId: readUint16(body, end) };
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function packet(firstByte: number, body: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = body.length; ; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    if (rest < 128) break;
  }
  return concat(Uint8Array.of(firstByte, ...length), body);
}

function text(value: string): Uint8Array {
  const bytes = utf8(value);
  return concat(uint16(bytes.length), bytes);
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** The whole packets of a frame; the broker never sends parts. */
function cut(frame: Uint8Array): RawPacket[] {
  const packets: RawPacket[] = [];
  for (let at = 0; at < frame.length; ) {
    const first = frame[at++] ?? 0;
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = frame[at++] ?? 0;
      length += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    packets.push({ type: first >> 4, flags: first & 0xf, body: frame.subarray(at, at + length) });
    at += length;
  }
  return packets;
}
