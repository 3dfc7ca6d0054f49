import { peer } from '@hyperledger/fabric-protos';
import { type KeyModification, modifications } from './history.ts';
import type { Ledger } from './ledger.ts';
import { encode } from './proto.ts';
import { encodeModification, encodeRangeResult, QueryCursor, queryResponse } from './query-cursor.ts';
import type { Simulator } from './simulator.ts';

const { Type } = peer.ChaincodeMessage;
type MessageType = peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap];

const NOTHING = new Uint8Array();
/** Name under which Fabric keeps a key's own endorsement policy. */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** What chaincode may ask for while it executes one transaction. */
export class ChaincodeRequests {
  readonly #namespace: string;
  readonly #simulator: Simulator;
  readonly #ledger: Pick<Ledger, 'block'>;
  readonly #maxQueryResults: number;
  readonly #cursors = new Map<string, QueryCursor>();
  #cursorCount = 0;

  constructor(namespace: string, simulator: Simulator, ledger: Pick<Ledger, 'block'>, maxQueryResults: number) {
    this.#namespace = namespace;
    this.#simulator = simulator;
    this.#ledger = ledger;
    this.#maxQueryResults = maxQueryResults;
  }

  /**
   * Answers one request; its messages are those of peer.ChaincodeMessage (Fabric: core/chaincode/handler.go).
   *
   * @returns the payload of the RESPONSE
   * @throws Error whose message goes back to chaincode as ERROR
   */
  answer(type: MessageType, payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    switch (type) {
      case Type.GET_STATE:
        return this.#getState(peer.GetState.deserializeBinary(payload));
      case Type.PUT_STATE:
        return this.#putState(peer.PutState.deserializeBinary(payload));
      case Type.DEL_STATE:
        return this.#deleteState(peer.DelState.deserializeBinary(payload));
      case Type.GET_STATE_BY_RANGE:
        return this.#range(peer.GetStateByRange.deserializeBinary(payload));
      case Type.GET_HISTORY_FOR_KEY:
        return this.#history(peer.GetHistoryForKey.deserializeBinary(payload).getKey());
      case Type.QUERY_STATE_NEXT:
        return this.#next(peer.QueryStateNext.deserializeBinary(payload).getId());
      case Type.QUERY_STATE_CLOSE:
        return this.#close(peer.QueryStateClose.deserializeBinary(payload).getId());
      case Type.GET_STATE_METADATA:
        return this.#getMetadata(peer.GetStateMetadata.deserializeBinary(payload));
      case Type.PUT_STATE_METADATA:
        return refuseMetadata(peer.PutStateMetadata.deserializeBinary(payload));
      case Type.GET_QUERY_RESULT:
        throw new Error('rich queries need CouchDB and are not supported by the dev ledger; query by range instead');
      case Type.INVOKE_CHAINCODE:
        throw new Error('the dev ledger has one chaincode and does not let it invoke another');
      default:
        throw new Error('not supported by the dev ledger');
    }
  }

  /** Releases the queries that chaincode left open. */
  async end(): Promise<void> {
    for (const cursor of this.#cursors.values()) await cursor.close();
    this.#cursors.clear();
  }

  #getState(request: peer.GetState): Uint8Array {
    refuseCollection(request.getCollection());
    return this.#simulator.getState(request.getKey()) ?? NOTHING;
  }

  #putState(request: peer.PutState): Uint8Array {
    refuseCollection(request.getCollection());
    this.#simulator.setState(request.getKey(), request.getValue_asU8());
    return NOTHING;
  }

  #deleteState(request: peer.DelState): Uint8Array {
    refuseCollection(request.getCollection());
    this.#simulator.setState(request.getKey(), undefined);
    return NOTHING;
  }

  async #range(request: peer.GetStateByRange): Promise<Uint8Array> {
    refuseCollection(request.getCollection());
    const metadata = peer.QueryMetadata.deserializeBinary(request.getMetadata_asU8());
    const [pageSize, bookmark] = [metadata.getPagesize(), metadata.getBookmark()];
    const [start, end] = [request.getStartkey(), request.getEndkey()];
    if (pageSize > 0 || bookmark !== '') {
      const size = pageSize > 0 ? Math.min(pageSize, this.#maxQueryResults) : this.#maxQueryResults;
      const page = await this.#simulator.page(bookmark || start, end, size);
      const results = page.results.map((result) => encodeRangeResult(this.#namespace, result));
      return encode(queryResponse('', results, false, page.bookmark));
    }
    const namespace = this.#namespace;
    return this.#open(
      mapGenerator(this.#simulator.range(start, end), (result) => encodeRangeResult(namespace, result)),
    );
  }

  #history(key: string): Promise<Uint8Array> {
    const changes = modifications(this.#ledger, this.#namespace, key, this.#simulator.history(key));
    return this.#open(mapGenerator<KeyModification>(changes, encodeModification));
  }

  async #open(results: AsyncGenerator<Buffer, void>): Promise<Uint8Array> {
    const cursor = new QueryCursor(`query-${++this.#cursorCount}`, results, this.#maxQueryResults);
    this.#cursors.set(cursor.id, cursor);
    return this.#next(cursor.id);
  }

  async #next(id: string): Promise<Uint8Array> {
    const cursor = this.#cursors.get(id);
    if (!cursor) throw new Error('query iterator not found');
    const response = await cursor.next();
    if (!response.getHasMore()) await this.#close(id);
    return encode(response);
  }

  async #close(id: string): Promise<Uint8Array> {
    await this.#cursors.get(id)?.close();
    this.#cursors.delete(id);
    return encode(queryResponse(id, [], false));
  }

  #getMetadata(request: peer.GetStateMetadata): Uint8Array {
    refuseCollection(request.getCollection());
    // No key has metadata here, but asking for it reads the key.
    this.#simulator.getState(request.getKey());
    return encode(new peer.StateMetadataResult());
  }
}

function refuseCollection(collection: string): void {
  if (collection !== '') throw new Error('private data is not supported by the dev ledger');
}

function refuseMetadata(request: peer.PutStateMetadata): never {
  const name = request.getMetadata()?.getMetakey();
  // Taking a policy without enforcing it would be worse than not taking it.
  const what = name === VALIDATION_PARAMETER ? 'state-based endorsement' : 'metadata of keys';
  throw new Error(`${what} is not supported by the dev ledger`);
}

async function* mapGenerator<T>(
  source: AsyncGenerator<T, void>,
  map: (item: T) => Buffer,
): AsyncGenerator<Buffer, void> {
  for await (const item of source) yield map(item);
}
