import { ledger, peer } from '@hyperledger/fabric-protos';
import type { KeyModification } from './history.ts';
import { encode, timestampFromMs } from './proto.ts';
import type { RangeResult } from './simulator.ts';

/** Results that go to chaincode in one message (Fabric: core/chaincode, MaxResultLimit). */
const MAX_RESULTS_PER_MESSAGE = 100;

/** An open query of one transaction: gives its results to chaincode in messages of at most a hundred. */
export class QueryCursor {
  readonly id: string;
  readonly #results: AsyncGenerator<Buffer, void>;
  readonly #maxResults: number;
  #ahead: Buffer | undefined;
  #taken = 0;

  constructor(id: string, results: AsyncGenerator<Buffer, void>, maxResults: number) {
    this.id = id;
    this.#results = results;
    this.#maxResults = maxResults;
  }

  /** The next message's results. Looks one result ahead to know whether there are more. */
  async next(): Promise<peer.QueryResponse> {
    const batch = this.#ahead ? [this.#ahead] : [];
    this.#ahead = undefined;
    while (this.#taken < this.#maxResults) {
      const { value } = await this.#results.next();
      if (!value) break;
      this.#taken++;
      if (batch.length === MAX_RESULTS_PER_MESSAGE) {
        this.#ahead = value;
        return queryResponse(this.id, batch, true);
      }
      batch.push(value);
    }
    return queryResponse(this.id, batch, false);
  }

  async close(): Promise<void> {
    await this.#results.return();
  }
}

export function queryResponse(id: string, results: Buffer[], hasMore: boolean, bookmark?: string): peer.QueryResponse {
  const response = new peer.QueryResponse();
  response.setId(id);
  response.setHasMore(hasMore);
  response.setResultsList(
    results.map((bytes) => {
      const result = new peer.QueryResultBytes();
      result.setResultbytes(bytes);
      return result;
    }),
  );
  if (bookmark !== undefined) {
    const metadata = new peer.QueryResponseMetadata();
    metadata.setBookmark(bookmark);
    metadata.setFetchedRecordsCount(results.length);
    response.setMetadata(encode(metadata));
  }
  return response;
}

export function encodeRangeResult(namespace: string, { key, value }: RangeResult): Buffer {
  const message = new ledger.queryresult.KV();
  message.setNamespace(namespace);
  message.setKey(key);
  message.setValue(value);
  return encode(message);
}

export function encodeModification({ txId, timestampMs, value }: KeyModification): Buffer {
  const message = new ledger.queryresult.KeyModification();
  message.setTxId(txId);
  message.setTimestamp(timestampFromMs(timestampMs));
  if (value) message.setValue(value);
  else message.setIsDelete(true);
  return encode(message);
}
