import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '../clock.ts';
import { channelOf, type Env, nodesOf } from '../env.ts';
import { EdgeError } from '../error.ts';
import { createNodeApi } from '../http/node-api.ts';
import { errorFields, log } from '../log.ts';
import { closeCode } from '../mqtt/reason.ts';
import { migrate } from '../store/migrate.ts';
import { Stores } from '../store/stores.ts';
import { Node } from './node.ts';

/** Header in which the Worker's router names the node: alarms and sockets have no address, so the object keeps it. */
export const nodeHeader = 'hopline-node';

/** The Durable Object of one edge node. It only brings the platform's events to the node; the node itself is `Node`. */
export class EdgeNode extends DurableObject<Env> {
  readonly #stores: Stores;
  #node: Node | null = null;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    migrate(context.storage);
    this.#stores = new Stores(context.storage);
    // No event comes in before the registry copy is read and the timers are set.
    void context.blockConcurrencyWhile(async () => {
      const id = this.#stores.settings.get('node');
      if (id !== null) await this.#begin(id);
    });
  }

  override async fetch(request: Request): Promise<Response> {
    const id = request.headers.get(nodeHeader) ?? '';
    const node = this.#node ?? (await this.ctx.blockConcurrencyWhile(() => this.#begin(id)));
    return createNodeApi(node).fetch(request);
  }

  override async webSocketMessage(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    try {
      await this.#node?.broker.receive(socket, message);
    } catch (error) {
      // A client that cannot be served is told to come again; the object and its other clients go on.
      log('error', 'frame-failed', errorFields(error));
      socket.close(closeCode.internal);
    }
  }

  override webSocketClose(socket: WebSocket): void {
    this.#node?.broker.lost(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#node?.broker.lost(socket);
  }

  override alarm(): void {
    this.#node?.tasks.ring();
  }

  async #begin(id: string): Promise<Node> {
    if (this.#node) return this.#node;
    const config = nodesOf(this.env).get(id);
    if (!config) throw new EdgeError('node-unknown', 'the configuration names no such node', { node: id });
    if (this.#stores.settings.get('node') === null) this.#stores.settings.set('node', id);
    const node = new Node({
      id,
      channel: channelOf(this.env),
      config,
      context: this.ctx,
      clock: systemClock,
      stores: this.#stores,
    });
    await node.start();
    this.#node = node;
    return node;
  }
}
