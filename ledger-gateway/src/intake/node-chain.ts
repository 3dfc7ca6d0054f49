import { GatewayError } from '../gateway-error.ts';

/** Uploads of one edge node that may wait for the one under way; an edge node sends one at a time. */
export const maxQueuedUploadsPerNode = 4;
const retryAfterMs = 1_000;

/**
 * Runs the work of each edge node one after the other, and that of different nodes side by side: statements of a node
 * are a chain, and two transactions of it at once would only conflict. Beyond the queue's length it pushes back.
 */
export class NodeChains {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, number>();

  /** @throws GatewayError `rate-limited` where too many wait already */
  async run<T>(node: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(node) ?? 0;
    if (waiting > maxQueuedUploadsPerNode) {
      throw new GatewayError('rate-limited', 'uploads of this node are waiting already', { node }, { retryAfterMs });
    }
    this.#waiting.set(node, waiting + 1);
    const turn = (this.#last.get(node) ?? Promise.resolve()).catch(() => undefined).then(work);
    this.#last.set(node, turn);
    try {
      return await turn;
    } finally {
      const left = (this.#waiting.get(node) ?? 1) - 1;
      if (left > 0) this.#waiting.set(node, left);
      else {
        this.#waiting.delete(node);
        this.#last.delete(node);
      }
    }
  }
}
