import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as grpc from '@grpc/grpc-js';
import { connect, hash, signers } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import type { ConnectionProfile, OrganisationProfile } from '../../infra/connection-profile.ts';
import { type LedgerBlock, readBlock } from './ledger-blocks.ts';

const queryTimeoutMs = 30_000;
const blocksAtOnce = 16;

/**
 * Reads every block of the channel from one organisation's peer, first to last as of now. `known`: the first blocks, where
 * they have been read already; what comes after them must chain to them, which the check finds out.
 */
export async function readLedger(
  profile: ConnectionProfile,
  organisation: OrganisationProfile,
  known: readonly LedgerBlock[] = [],
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
    const height = info.getHeight();
    const blocks = [...known];
    while (blocks.length < height) {
      const numbers = Array.from(
        { length: Math.min(blocksAtOnce, height - blocks.length) },
        (_, i) => blocks.length + i,
      );
      const bytes = await Promise.all(
        numbers.map((number) => system.evaluateTransaction('GetBlockByNumber', profile.channel, String(number))),
      );
      blocks.push(...bytes.map((each) => readBlock(common.Block.deserializeBinary(each))));
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
