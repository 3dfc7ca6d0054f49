import { Metadata, type ServiceError, type status } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';
import anyProtos from 'google-protobuf/google/protobuf/any_pb.js';
import { encode } from './proto.ts';

/** What one node said, attached to an error of the gateway. */
export type Detail = { address: string; mspId: string; message: string };

/** An error that goes to the client: a gRPC status, with what each node said in the form that fabric-gateway reads. */
export class RpcError extends Error {
  readonly code: status;
  readonly details: Detail[];

  constructor(code: status, message: string, details: Detail[] = []) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.details = details;
  }
}

export function toServiceError(error: RpcError): Pick<ServiceError, 'code' | 'details' | 'metadata'> {
  const metadata = new Metadata();
  if (error.details.length > 0) {
    const rich = new google.rpc.Status();
    rich.setCode(error.code);
    rich.setMessage(error.message);
    rich.setDetailsList(error.details.map(packDetail));
    metadata.set('grpc-status-details-bin', encode(rich));
  }
  return { code: error.code, details: error.message, metadata };
}

function packDetail({ address, mspId, message }: Detail): InstanceType<typeof anyProtos.Any> {
  const detail = new gateway.ErrorDetail();
  detail.setAddress(address);
  detail.setMspId(mspId);
  detail.setMessage(message);
  const packed = new anyProtos.Any();
  packed.pack(detail.serializeBinary(), 'gateway.ErrorDetail');
  return packed;
}
