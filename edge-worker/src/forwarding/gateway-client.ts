import {
  type Bytes,
  concat,
  decodeUpload,
  type ExcursionAlert,
  encodeUpload,
  problemSchema,
  type SealedBatch,
  type UploadResult,
  uploadResultSchema,
} from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import { EdgeError } from '../error.ts';

export type Gateway = NodeConfig['gateways'][number];

const requestTimeoutMs = 20_000;
/** Submission waits for the ledger's commit. */
const uploadTimeoutMs = 60_000;
const maxAnswerBytes = 40 * 1024 * 1024;

/** One organisation's gateway, as an edge node speaks to it. All calls throw `EdgeError` with a `gateway-…` code. */
export class GatewayClient {
  readonly mspId: string;
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #node: string;

  constructor(gateway: Gateway, node: string) {
    this.mspId = gateway.mspId;
    this.#url = gateway.url.replace(/\/+$/, '');
    this.#token = gateway.token;
    this.#node = node;
  }

  /** Whether the node has a token there: without one it can only bring statements. */
  get answers(): boolean {
    return this.#token !== undefined;
  }

  /** Submits consecutive batches; a 2xx means that all of them are committed. Sending the same again gives the same. */
  async upload(batches: readonly SealedBatch[]): Promise<UploadResult> {
    const init = { method: 'POST', headers: { 'content-type': 'application/cbor' }, body: encodeUpload(batches) };
    const { body } = await this.#request('/edge/v1/statements', init, [], uploadTimeoutMs);
    return parseJson(body, (json) => uploadResultSchema.parse(json));
  }

  /** The gateway's signed report of this node's head, not verified yet. */
  async head(): Promise<Bytes> {
    return (await this.#request(`/edge/v1/nodes/${this.#node}/head`)).body;
  }

  /** The signed registry copy, not verified yet; `null` where it is still the one with this entity tag. */
  async registry(etag: string | null): Promise<Bytes | null> {
    const headers: Record<string, string> = etag === null ? {} : { 'if-none-match': etag };
    const answer = await this.#request(`/edge/v1/nodes/${this.#node}/registry`, { headers }, [304]);
    return answer.status === 304 ? null : answer.body;
  }

  /** Batches of this node that are anchored, with their summaries, from a sequence on. */
  async batches(from: number, limit: number): Promise<SealedBatch[]> {
    const answer = await this.#request(`/edge/v1/nodes/${this.#node}/batches?from=${from}&limit=${limit}`);
    return decodeUpload(answer.body);
  }

  async alert(alert: ExcursionAlert): Promise<void> {
    await this.#request('/edge/v1/alerts', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(alert),
    });
  }

  async #request(
    path: string,
    init: RequestInit = {},
    alsoGood: readonly number[] = [],
    timeoutMs = requestTimeoutMs,
  ): Promise<Answer> {
    // Not `AbortSignal.timeout`: its timer would run on after the answer, and keep the object from hibernating.
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const answer = await fetch(this.#url + path, {
        redirect: 'manual',
        ...init,
        signal: abort.signal,
        headers: { ...init.headers, ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }) },
      });
      if (!answer.ok && !alsoGood.includes(answer.status)) throw await this.#refusal(answer);
      return { status: answer.status, body: await readBytes(answer) };
    } catch (cause) {
      if (cause instanceof EdgeError) throw cause;
      throw new EdgeError('gateway-unreachable', 'the gateway cannot be reached', { mspId: this.mspId }, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async #refusal(answer: Response): Promise<EdgeError> {
    const parsed = problemSchema.safeParse(await answer.json().catch(() => null));
    const retryAfterSeconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    return new EdgeError('gateway-refused', `the gateway answered ${answer.status}`, {
      mspId: this.mspId,
      status: answer.status,
      problem: parsed.success ? parsed.data.code : null,
      ...(parsed.success && { expected: parsed.data.expected, sequence: parsed.data.sequence }),
      retryAfterMs: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds * 1000 : null,
    });
  }
}

interface Answer {
  readonly status: number;
  readonly body: Bytes;
}

function parseJson<T>(bytes: Bytes, parse: (json: unknown) => T): T {
  try {
    return parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new EdgeError('gateway-answer-malformed', 'the gateway answered in another form than agreed', {}, { cause });
  }
}

/** Reads a body up to a limit, so that a gateway gone wrong cannot fill the object's 128 MB. */
async function readBytes(answer: Response): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > maxAnswerBytes) throw new EdgeError('gateway-answer-malformed', 'the answer is too large', { length });
    parts.push(part);
  }
  return concat(...parts);
}
