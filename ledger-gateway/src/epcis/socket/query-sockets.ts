import { GatewayError } from '../../gateway-error.ts';
import type { SocketEnd } from '../../http/socket.ts';
import { epcisLimits } from '../limits.ts';

/** A socket's place among those that are open. */
export interface SocketPlace {
  /** Given when the socket has to go; its reason is a SocketEnd. */
  readonly ended: AbortSignal;
  /** To be called when the socket is gone, or never came. */
  release(): void;
}

interface Taken {
  readonly query: string;
  readonly caller: string;
  readonly ending: AbortController;
}

/** The WebSockets on named queries: how many there are, and which end with their query or with the gateway. */
export class QuerySockets {
  readonly #taken = new Set<Taken>();
  readonly #waiting: (() => void)[] = [];
  #isStopping = false;

  get count(): number {
    return this.#taken.size;
  }

  /**
   * Takes a place before the query is looked up, so that one that is deleted meanwhile ends it.
   * @throws GatewayError `rate-limited`
   */
  take(query: string, caller: string): SocketPlace {
    const { maxSockets, maxSocketsPerCaller } = epcisLimits;
    const own = [...this.#taken].filter((one) => one.caller === caller).length;
    if (this.#isStopping || this.count >= maxSockets || own >= maxSocketsPerCaller) {
      throw new GatewayError('rate-limited', 'too many sockets are open', { maxSockets, maxSocketsPerCaller });
    }
    const place: Taken = { query, caller, ending: new AbortController() };
    this.#taken.add(place);
    return {
      ended: place.ending.signal,
      release: () => {
        this.#taken.delete(place);
        if (this.#taken.size === 0) for (const done of this.#waiting.splice(0)) done();
      },
    };
  }

  /** Ends the sockets of a query that is no more. */
  endQuery(query: string): void {
    this.#end((one) => one.query === query, { code: 1000, reason: 'the query was deleted' });
  }

  /** Ends all of them, and takes no more. Resolves when they are gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#end(() => true, { code: 1001, reason: 'the gateway stops' });
    if (this.#taken.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #end(which: (one: Taken) => boolean, end: SocketEnd): void {
    for (const one of this.#taken) if (which(one)) one.ending.abort(end);
  }
}
