import { type ChaincodeServerOpts, Shim } from 'fabric-shim';
import ChaincodeFromContract from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js';
import { ProvenanceContract } from './provenance/provenance-contract.ts';
import { ReadingsContract } from './readings/readings-contract.ts';
import { RecallContract } from './recall/recall-contract.ts';
import { RegistryContract } from './registry/registry-contract.ts';
import { ResultSerializer } from './result-serializer.ts';

/** HTTP/2 pings of the shim's own command (fabric-shim, `serverCommand.js`); peers ping every minute. */
const grpcOptions = {
  'grpc.max_send_message_length': -1,
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 110_000,
  'grpc.http2.min_time_between_pings_ms': 110_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.http2.max_pings_without_data': 0,
  'grpc.keepalive_permit_without_calls': 1,
};

export interface ServerOptions {
  /** `host:port` to listen on for the peer. */
  readonly address: string;
  /** The package id under which the peer knows the chaincode. */
  readonly chaincodeId: string;
  readonly version: string;
}

/** Serves the contracts to a peer: chaincode as a service, in plaintext. Resolves once it listens. */
export async function startChaincodeServer({ address, chaincodeId, version }: ServerOptions): Promise<void> {
  const chaincode = new ChaincodeFromContract(
    [RegistryContract, ReadingsContract, ProvenanceContract, RecallContract],
    { transaction: 'jsonSerializer', serializers: { jsonSerializer: ResultSerializer } },
    {},
    'hopline',
    version,
  );
  // The types ask for TLS keys and for lists as options; the code takes no keys to mean plaintext, and options as they are.
  await Shim.server(chaincode, {
    ccid: chaincodeId,
    address,
    ...grpcOptions,
  } as unknown as ChaincodeServerOpts).start();
}
