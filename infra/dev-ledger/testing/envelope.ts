import type { Transaction } from '@hyperledger/fabric-gateway';
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import type { OrganisationProfile } from '../../connection-profile.ts';
import { encode } from '../proto.ts';
import type { GatewayClient } from './gateway-client.ts';
import { loadIdentity } from './gateway-client.ts';

/** Changes the endorsed action of a prepared transaction and signs the result as its creator would. */
export async function alterTransaction(
  client: GatewayClient,
  organisation: OrganisationProfile,
  transaction: Transaction,
  change: (action: peer.ChaincodeActionPayload) => void,
): Promise<Transaction> {
  const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
  const envelope = prepared.getEnvelope() ?? new common.Envelope();
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const whole = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const [action = new peer.TransactionAction()] = whole.getActionsList();
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  change(actionPayload);
  action.setPayload(encode(actionPayload));
  payload.setData(encode(whole));
  envelope.setPayload(encode(payload));
  const { signer } = await loadIdentity(organisation.mspId, organisation.identity);
  const signature = await signer(envelope.getPayload_asU8());
  return client.gateway.newSignedTransaction(encode(prepared), signature);
}
