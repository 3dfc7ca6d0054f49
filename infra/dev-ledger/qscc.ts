import { common, peer } from '@hyperledger/fabric-protos';
import { codesOf, envelopesOf } from './block.ts';
import { chainInfo, type Ledger } from './ledger.ts';
import { encode } from './proto.ts';

export const QSCC = 'qscc';
const OK = 200;
const ERROR = 500;

/** The system chaincode that answers questions about the blocks (Fabric: core/scc/qscc). */
export async function querySystemChaincode(
  ledger: Ledger,
  channel: string,
  args: Uint8Array[],
): Promise<peer.Response> {
  const [name = '', target, key = ''] = args.map((arg) => Buffer.from(arg).toString());
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  if (target !== channel) return failure(`Invalid chain ID, ${target}`);
  if (name === 'GetChainInfo') return success(encode(await chainInfo(ledger)));
  if (args.length < 3) return failure(`missing 3rd argument for ${name}`);
  switch (name) {
    case 'GetBlockByNumber':
      return blockByNumber(ledger, key);
    case 'GetBlockByTxID':
      return blockByTxId(ledger, key);
    case 'GetTransactionByID':
      return transactionById(ledger, key);
    default:
      return failure(`Requested function ${name} not found.`);
  }
}

async function blockByNumber(ledger: Ledger, text: string): Promise<peer.Response> {
  if (!/^\d+$/.test(text)) return failure(`Failed to parse block number with error: invalid syntax "${text}"`);
  const block = await ledger.block(Number(text));
  return block ? success(encode(block)) : failure(`Failed to get block number ${text}, error no such block`);
}

async function blockByTxId(ledger: Ledger, txId: string): Promise<peer.Response> {
  const record = ledger.transaction(txId);
  const block = record && (await ledger.block(record.block));
  return block ? success(encode(block)) : failure(`Failed to get block for txID ${txId}, error no such transaction`);
}

async function transactionById(ledger: Ledger, txId: string): Promise<peer.Response> {
  const record = ledger.transaction(txId);
  const block = record && (await ledger.block(record.block));
  const envelope = block && envelopesOf(block)[record.transaction];
  if (!envelope) return failure(`Failed to get transaction with id ${txId}, error no such transaction`);
  const processed = new peer.ProcessedTransaction();
  processed.setTransactionenvelope(common.Envelope.deserializeBinary(envelope));
  processed.setValidationcode(codesOf(block)[record.transaction] ?? record.code);
  return success(encode(processed));
}

function success(payload: Buffer): peer.Response {
  const response = new peer.Response();
  response.setStatus(OK);
  response.setPayload(payload);
  return response;
}

function failure(message: string): peer.Response {
  const response = new peer.Response();
  response.setStatus(ERROR);
  response.setMessage(message);
  return response;
}
