import type { ConnectionProfile } from '../connection-profile.ts';
import { HOST, type Identity, type NetworkPlan } from './network-plan.ts';

/** What a client has to know of the network, with absolute paths. */
export function fabricProfile(plan: NetworkPlan): ConnectionProfile {
  return {
    ledger: 'fabric',
    channel: plan.channel,
    chaincode: plan.chaincode,
    organisations: plan.organisations.map(({ mspId, name, peer, client, admin }) => ({
      mspId,
      name,
      peer: {
        address: `${HOST}:${peer.ports.grpc}`,
        // A name, because an address is not allowed as the server name of a TLS handshake (RFC 6066 §3).
        tls: { rootCertFile: peer.tls.rootCert, hostOverride: peer.hostname },
      },
      identity: filesOf(client),
      admin: filesOf(admin),
    })),
  };
}

function filesOf({ certFile, keyFile }: Identity): { certFile: string; keyFile: string } {
  return { certFile, keyFile };
}
