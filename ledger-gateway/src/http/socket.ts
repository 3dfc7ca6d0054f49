import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { httpLimits } from './limits.ts';

/** Why a socket is closed, in the terms of RFC 6455, section 7.4. */
export interface SocketEnd {
  readonly code: 1000 | 1001 | 1003 | 1008 | 1011;
  /** At most 123 bytes. */
  readonly reason: string;
}

/** One WebSocket that only tells: what its client sends ends it. */
export interface TellingSocket {
  /** Given when the other end is gone, or has to go. */
  readonly closed: AbortSignal;
  /**
   * Resolves when the system has taken the text: who waits for it has one text in memory at most, however slowly the
   * other end reads. One that takes nothing for `socketSendMs` is cut off, and then this resolves too.
   */
  send(text: string): Promise<void>;
  /** Says farewell, and cuts off who does not answer that. Resolves when nothing is left of the socket. */
  end(end: SocketEnd): Promise<void>;
}

/** Takes a socket over, and finds out with pings whether somebody is at the other end. */
export function tellingSocket(ws: WebSocket, clock: Clock): TellingSocket {
  const gone = new AbortController();
  let answered = true;
  const end = async ({ code, reason }: SocketEnd) => {
    ws.close(code, reason);
    await clock.sleep(httpLimits.socketCloseMs, gone.signal);
    ws.terminate();
  };
  ws.on('close', () => gone.abort());
  // What is wrong with a frame is answered by `ws` with its close code, and `close` follows.
  ws.on('error', () => undefined);
  ws.on('pong', () => {
    answered = true;
  });
  ws.on('message', () => void end({ code: 1003, reason: 'nothing is taken here' }));
  const beat = async () => {
    while (!gone.signal.aborted) {
      await clock.sleep(httpLimits.socketPingMs, gone.signal);
      if (!answered) ws.terminate();
      answered = false;
      if (ws.readyState === ws.OPEN) ws.ping();
    }
  };
  void beat();
  return {
    closed: gone.signal,
    end,
    async send(text) {
      if (ws.readyState !== ws.OPEN) return;
      const taken = new AbortController();
      ws.send(text, () => taken.abort());
      const either = AbortSignal.any([taken.signal, gone.signal]);
      await clock.sleep(httpLimits.socketSendMs, either);
      if (!either.aborted) ws.terminate();
    },
  };
}
