import { type handleUnaryCall, status } from '@grpc/grpc-js';
import { cancellation } from './event-stream.ts';
import { RpcError, toServiceError } from './rpc-error.ts';

/** Bounds the calls of one service that are in progress; answers the rest the way Fabric does, with UNKNOWN. */
export class CallLimiter {
  readonly #service: string;
  readonly #max: number;
  #active = 0;

  constructor(service: string, max: number) {
    this.#service = service;
    this.#max = max;
  }

  /** @throws RpcError UNKNOWN where there are too many; otherwise `leave` must follow */
  enter(): void {
    if (this.#active >= this.#max) {
      throw new RpcError(
        status.UNKNOWN,
        `too many requests for ${this.#service}, exceeding concurrency limit (${this.#max})`,
      );
    }
    this.#active++;
  }

  leave(): void {
    this.#active--;
  }
}

/** Makes a gRPC handler of an async function: bounded, cancelled with its call, its errors turned into statuses. */
export function unaryHandler<Request, Response>(
  limiter: CallLimiter,
  log: (line: string) => void,
  handle: (request: Request, signal: AbortSignal) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      limiter.enter();
    } catch (error) {
      callback(toServiceError(asRpcError(error, log)));
      return;
    }
    handle(call.request, cancellation(call))
      .then(
        (response) => callback(null, response),
        (error) => callback(toServiceError(asRpcError(error, log))),
      )
      .finally(() => limiter.leave());
  };
}

/** What a client may see of an error: its own words where they are meant for it, none of the internals otherwise. */
export function asRpcError(error: unknown, log: (line: string) => void): RpcError {
  if (error instanceof RpcError) return error;
  log(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new RpcError(status.INTERNAL, 'internal error of the dev ledger; its log says more');
}
