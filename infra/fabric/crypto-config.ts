import { HOST, type NetworkPlan, ORDERER_DOMAIN } from './network-plan.ts';

interface NodeSpec {
  Hostname: string;
  SANS: string[];
}

interface OrganisationSpec {
  Name: string;
  Domain: string;
  EnableNodeOUs: boolean;
  Specs: NodeSpec[];
  Users?: { Count: number };
}

/** The input of `cryptogen generate`. */
export interface CryptoConfig {
  OrdererOrgs: OrganisationSpec[];
  PeerOrgs: OrganisationSpec[];
}

/**
 * Says which certificate authorities, nodes and people `cryptogen` makes keys for: one client and one administrator for
 * each organisation, told apart from nodes by their certificates' OU (NodeOUs).
 */
export function cryptoConfig(plan: NetworkPlan): CryptoConfig {
  // Nodes are dialled by address, so the address has to be in their TLS certificates.
  const SANS = ['localhost', HOST];
  return {
    OrdererOrgs: [
      {
        Name: 'Orderer',
        Domain: ORDERER_DOMAIN,
        EnableNodeOUs: true,
        Specs: plan.orderers.map(({ name }) => ({ Hostname: name, SANS })),
      },
    ],
    PeerOrgs: plan.organisations.map(({ name, domain }) => ({
      Name: name,
      Domain: domain,
      EnableNodeOUs: true,
      Specs: [{ Hostname: 'peer0', SANS }],
      Users: { Count: 1 },
    })),
  };
}
