import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { SimError } from '../error.ts';
import { type BackoffOptions, backoffMs, defaultBackoff } from './backoff.ts';
import { WebSocketStream } from './websocket-stream.ts';

/** Where and as whom to connect. */
export interface LinkOptions {
  /** `ws://…`, `wss://…`, or `mqtt://host:port` for plain TCP. */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** 5, or 4 for MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  /**
   * A session that outlives its connection lets the broker recognise what is sent again by its packet id. That is the
   * only deduplication an unsigned device has.
   */
  readonly keepSession: boolean;
  readonly backoff?: BackoffOptions;
  /** Random share of the back-off, in [0, 1). */
  readonly uniform: () => number;
}

/** How the broker answered a publish. Only `acknowledged` is a promise. */
export type PublishOutcome =
  | { readonly kind: 'acknowledged'; readonly reasonCode: number; readonly reason: string | null }
  | { readonly kind: 'refused'; readonly reasonCode: number; readonly reason: string | null }
  /** It was never sent, or the link ended first: the same bytes may be published again. */
  | { readonly kind: 'unsettled' };

export interface LinkEvents {
  /** The connection stands and everything sent before it broke has been settled. */
  connected(): void;
  disconnected(): void;
  /** The broker refused the connection (MQTT reason or return code), or could not be reached (`null`). */
  failed(reasonCode: number | null, message: string): void;
}

/** A connection that comes back by itself. */
export interface Link {
  readonly isConnected: boolean;
  /** How many publishes the broker takes before it has acknowledged one. */
  readonly receiveMaximum: number;
  /** Publishes sent a second time after a connection broke. */
  readonly resent: number;
  publish(topic: string, payload: Uint8Array<ArrayBuffer>, settled: (outcome: PublishOutcome) => void): void;
  /** A fault: cuts the connection; the link comes back by itself. */
  sever(when: 'now' | 'before-next-answer'): void;
  /** Ends for good. What is in flight is reported as `unsettled`. */
  close(): Promise<void>;
}

const keepAliveSeconds = 60;
const sessionExpirySeconds = 3600;
const connectTimeoutMs = 15_000;
const closeTimeoutMs = 2_000;
const maxReceiveMaximum = 65_535;
const firstRefusingCode = 0x80;

/** Opens a link over mqtt.js. It never gives up by itself; `events.failed` tells of each try that did not succeed. */
export function openLink(options: LinkOptions, events: LinkEvents): Link {
  const backoff = options.backoff ?? defaultBackoff;
  let attempt = 0;
  const nextWaitMs = () => backoffMs(backoff, attempt++, options.uniform());
  let stream: Duplex | null = null;
  const client = new mqtt.MqttClient(
    () => {
      stream = openStream(options.url);
      return stream;
    },
    clientOptions(options, nextWaitMs()),
  );

  const sent = new Set<number>();
  const unsettled = new Set<(outcome: PublishOutcome) => void>();
  let resent = 0;
  let reasonOfLastAck: string | null = null;
  client.on('connect', () => {
    attempt = 0;
    client.options.reconnectPeriod = nextWaitMs();
    events.connected();
  });
  client.on('reconnect', () => {
    client.options.reconnectPeriod = nextWaitMs();
  });
  client.on('close', () => events.disconnected());
  client.on('error', (error) => events.failed(reasonCodeOf(error), error.message));
  client.on('packetsend', (packet) => {
    if (packet.cmd !== 'publish' || packet.messageId === undefined) return;
    // mqtt.js sends again without the DUP flag, which [MQTT-3.3.1-1] asks for.
    if (sent.has(packet.messageId)) {
      packet.dup = true;
      resent++;
    }
    sent.add(packet.messageId);
  });
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'puback' || packet.messageId === undefined) return;
    sent.delete(packet.messageId);
    // The callback of a successful publish does not get to see the answer; it runs within this event's turn.
    reasonOfLastAck = packet.properties?.reasonString ?? null;
  });

  return {
    get isConnected() {
      return client.connected;
    },
    get receiveMaximum() {
      const properties: { receiveMaximum?: number } = client.serverProperties ?? {};
      return properties.receiveMaximum ?? maxReceiveMaximum;
    },
    get resent() {
      return resent;
    },
    publish(topic, payload, settled) {
      unsettled.add(settled);
      client.publish(topic, Buffer.from(payload.buffer, payload.byteOffset, payload.length), { qos: 1 }, (error) => {
        if (!unsettled.delete(settled)) return;
        settled(outcomeOf(error ?? null, reasonOfLastAck));
      });
    },
    sever(when) {
      if (when === 'now' || !(stream instanceof WebSocketStream)) stream?.destroy();
      else stream.severAtNextInput();
    },
    async close() {
      await endClient(client);
      for (const settled of unsettled) settled({ kind: 'unsettled' });
      unsettled.clear();
    },
  };
}

/** Opens a link and waits for its first connection. Throws `connection-failed` with the last failure's reason. */
export async function openLinkAndWait(options: LinkOptions, events: LinkEvents, timeoutMs: number): Promise<Link> {
  let last = 'no answer';
  let lastCode: number | null = null;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const link = openLink(options, {
    connected: () => {
      resolve(true);
      events.connected();
    },
    disconnected: () => events.disconnected(),
    failed: (code, message) => {
      last = message;
      lastCode = code;
      if (code !== null) resolve(false);
      events.failed(code, message);
    },
  });
  const timer = setTimeout(resolve, timeoutMs, false);
  const connected = await promise;
  clearTimeout(timer);
  if (connected) return link;
  await link.close();
  throw new SimError('connection-failed', `${options.url} as ${options.username ?? options.clientId}: ${last}`, {
    url: options.url,
    reasonCode: lastCode,
  });
}

function clientOptions(options: LinkOptions, reconnectPeriod: number): IClientOptions {
  return {
    clientId: options.clientId,
    username: options.username,
    password: options.password,
    protocolId: 'MQTT',
    protocolVersion: options.protocolVersion,
    clean: !options.keepSession,
    properties:
      options.protocolVersion === 5 && options.keepSession
        ? { sessionExpiryInterval: sessionExpirySeconds }
        : undefined,
    keepalive: keepAliveSeconds,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod,
    // A device not yet in its node's copy of the registry is refused, and is known some seconds later.
    reconnectOnConnackError: true,
    resubscribe: false,
  };
}

function openStream(url: string): Duplex {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'ws:' || protocol === 'wss:') return new WebSocketStream(url);
  if (protocol === 'mqtt:' || protocol === 'tcp:') {
    const defaultMqttPort = 1883;
    return connectTcp({ host: hostname, port: Number(port) || defaultMqttPort, noDelay: true });
  }
  throw new SimError('bad-argument', `an address must be ws://, wss:// or mqtt://: ${url}`);
}

function outcomeOf(error: Error | null, reasonOfLastAck: string | null): PublishOutcome {
  if (!error) return { kind: 'acknowledged', reasonCode: 0, reason: reasonOfLastAck };
  const reasonCode = reasonCodeOf(error);
  if (reasonCode === null || reasonCode < firstRefusingCode) return { kind: 'unsettled' };
  return { kind: 'refused', reasonCode, reason: reasonOfLastAck };
}

function reasonCodeOf(error: unknown): number | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'number' ? code : null;
}

/** Says goodbye, and cuts the connection when the broker does not let go in time. */
async function endClient(client: MqttClient): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    // With messages in flight a polite end would wait for their answers, for ever if need be.
    client.end(!client.connected || Object.keys(client.outgoing).length > 0, {}, () => resolve());
  });
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, closeTimeoutMs);
  await Promise.race([ended, late]);
  clearTimeout(timer);
  client.stream?.destroy();
}
