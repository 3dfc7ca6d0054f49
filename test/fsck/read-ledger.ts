import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as grpc from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import type { ConnectionProfile, OrganisationProfile } from '../../infra/connection-profile.ts';
import { type LedgerBlock, readBlock } from './ledger-blocks.ts';

const queryTimeoutMs = 30_000;

/** Reads every block of the channel from one organisation's peer, first to last as of now. */
export async function readLedger(
  profile: ConnectionProfile,
  organisation: OrganisationProfile,
): Promise<LedgerBlock[]> {
  const client = new grpc.Client(
    organisation.peer.address,
    await credentials(organisation),
    channelOptions(organisation),
  );
  const gateway = connect({
    client,
    identity: { mspId: organisation.mspId, credentials: await readFile(organisation.identity.certFile) },
    signer: signers.newPrivateKeySigner(createPrivateKey(await readFile(organisation.identity.keyFile))),
    hash: hash.sha256,
    evaluateOptions: () => ({ deadline: Date.now() + queryTimeoutMs }),
  });
  try {
    const system = gateway.getNetwork(profile.channel).getContract('qscc');
    const info = common.BlockchainInfo.deserializeBinary(
      await system.evaluateTransaction('GetChainInfo', profile.channel),
    );
    const blocks: LedgerBlock[] = [];
    for (let number = 0; number < info.getHeight(); number++) {
      const bytes = await system.evaluateTransaction('GetBlockByNumber', profile.channel, String(number));
      blocks.push(readBlock(common.Block.deserializeBinary(bytes)));
    }
    return blocks;
  } finally {
    gateway.close();
    client.close();
  }
}

async function credentials({ peer }: OrganisationProfile): Promise<grpc.ChannelCredentials> {
  return peer.tls
    ? grpc.credentials.createSsl(await readFile(peer.tls.rootCertFile))
    : grpc.credentials.createInsecure();
}

function channelOptions({ peer }: OrganisationProfile): grpc.ChannelOptions {
  const unlimited = { 'grpc.max_receive_message_length': -1 };
  return peer.tls?.hostOverride ? { ...unlimited, 'grpc.ssl_target_name_override': peer.tls.hostOverride } : unlimited;
}
