import { createHash, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { type Contract, connect, type Gateway, type Identity, type Network, type Signer, signers } from '@hyperledger/fabric-gateway';
import type { ConnectionProfile, OrganisationProfile } from '../../connection-profile.ts';

export type GatewayClient = {
  gateway: Gateway;
  network: Network;
  contract: Contract;
  client: Client;
  close(): void;
};

/** Connects the unmodified fabric-gateway client to one organisation's peer. */
export async function connectGateway(
  profile: ConnectionProfile,
  options: { organisation?: number; identity?: Identity; signer?: Signer } = {},
): Promise<GatewayClient> {
  const organisation = profile.organisations[options.organisation ?? 0];
  if (!organisation) throw new Error('no such organisation');
  const client = new Client(organisation.peer.address, await channelCredentials(organisation));
  const own = await loadIdentity(organisation.mspId, organisation.identity);
  const gateway = connect({
    client,
    identity: options.identity ?? own.identity,
    signer: options.signer ?? own.signer,
    hash: (message) => createHash('sha256').update(message).digest(),
  });
  const network = gateway.getNetwork(profile.channel);
  return {
    gateway,
    network,
    contract: network.getContract(profile.chaincode, 'test'),
    client,
    close: () => {
      gateway.close();
      client.close();
    },
  };
}

export async function loadIdentity(
  mspId: string,
  files: OrganisationProfile['identity'],
): Promise<{ identity: Identity; signer: Signer }> {
  const identity = { mspId, credentials: await readFile(files.certFile) };
  const signer = signers.newPrivateKeySigner(createPrivateKey(await readFile(files.keyFile)));
  return { identity, signer };
}

async function channelCredentials({ peer }: OrganisationProfile) {
  return peer.tls ? credentials.createSsl(await readFile(peer.tls.rootCertFile)) : credentials.createInsecure();
}
