import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import {
  type Contract,
  connect,
  type Gateway,
  hash,
  type Identity,
  type Network,
  type Signer,
} from '@hyperledger/fabric-gateway';
import type { ConnectionProfile, OrganisationProfile } from '../../connection-profile.ts';
import { signLowS } from '../ecdsa.ts';

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
  const client = new Client(organisation.peer.address, await channelCredentials(organisation), {
    ...(organisation.peer.tls?.hostOverride && {
      'grpc.ssl_target_name_override': organisation.peer.tls.hostOverride,
    }),
  });
  const own = await loadIdentity(organisation.mspId, organisation.identity);
  const gateway = connect({
    client,
    identity: options.identity ?? own.identity,
    signer: options.signer ?? own.signer,
    // The signer below hashes by itself: OpenSSL signs many times faster than the client's own JavaScript.
    hash: hash.none,
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
  const key = createPrivateKey(await readFile(files.keyFile));
  return { identity, signer: (message) => signLowS(key, message) };
}

async function channelCredentials({ peer }: OrganisationProfile) {
  return peer.tls ? credentials.createSsl(await readFile(peer.tls.rootCertFile)) : credentials.createInsecure();
}
