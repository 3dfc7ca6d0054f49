import { type ConnectionState, retryDelayMs, silentAfterMs } from './connection.ts';

/** What a feed tells its listener. */
export interface FeedListener {
  readonly onState: (state: ConnectionState) => void;
  /** Something new is on the ledger, or an edge node has raised an alert. */
  readonly onNews: (kind: 'block' | 'alert') => void;
}

const newsKinds = ['block', 'alert'] as const;

/**
 * Listens to the gateway's server-sent events until `stop`. A browser reconnects by itself only after some losses and
 * never after an answer that is an error, so reconnecting is done here for all of them, from the last id received.
 */
export class LiveFeed {
  readonly #listener: FeedListener;
  #source: EventSource | null = null;
  #lastId = '';
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: FeedListener) {
    this.#listener = listener;
  }

  start(): void {
    this.#listener.onState('connecting');
    const query = this.#lastId === '' ? '' : `?${new URLSearchParams({ lastEventId: this.#lastId })}`;
    const source = new EventSource(`/api/events${query}`);
    this.#source = source;
    source.onopen = () => {
      this.#attempt = 0;
      this.#listener.onState('live');
      this.#heard();
    };
    source.onerror = () => this.#lost();
    for (const kind of newsKinds) {
      source.addEventListener(kind, (event) => {
        this.#lastId = event.lastEventId;
        this.#heard();
        this.#listener.onNews(kind);
      });
    }
    source.addEventListener('hello', (event) => {
      this.#lastId = event.lastEventId;
      this.#heard();
    });
    source.addEventListener('beat', () => this.#heard());
  }

  stop(): void {
    this.#close();
    clearTimeout(this.#retry);
    this.#listener.onState('off');
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), silentAfterMs);
  }

  #lost(): void {
    this.#close();
    this.#listener.onState('waiting');
    this.#retry = setTimeout(() => this.start(), retryDelayMs(this.#attempt++));
  }

  #close(): void {
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = null;
  }
}
