import { join } from 'node:path';
import { FabricError } from './fabric-error.ts';

export const CHANNEL = 'provenance';
export const CHAINCODE = 'hopline';
/** All nodes listen on loopback only. */
export const HOST = '127.0.0.1';
export const DEFAULT_PORT_BASE = 17_050;
export const ORDERER_MSP_ID = 'OrdererMSP';
/** Reserved by RFC 2606 §3, so that no certificate of a demo names somebody's domain. */
const DOMAIN = 'hopline.example';
export const ORDERER_DOMAIN = `orderer.${DOMAIN}`;

/** Four is the smallest number of SmartBFT nodes that tolerates one faulty one (n ≥ 3f + 1). */
const ORDERER_COUNT = 4;
const ORGANISATIONS = [
  { mspId: 'GrowersMSP', name: 'growers' },
  { mspId: 'FreshHubMSP', name: 'freshhub' },
  { mspId: 'RetailMSP', name: 'retail' },
] as const;

const PORTS_PER_NODE = 3;
/** How many consecutive ports a network takes, counted from its port base. */
export const PORT_COUNT = ORDERER_COUNT * PORTS_PER_NODE + ORGANISATIONS.length * (PORTS_PER_NODE + 1);

export interface NodePorts {
  /** gRPC: clients and other nodes. */
  readonly grpc: number;
  /** Health and metrics over HTTP. */
  readonly operations: number;
}

export interface OrdererPlan {
  /** Consenter id in the channel's configuration, from 1. */
  readonly id: number;
  readonly name: string;
  readonly hostname: string;
  readonly ports: NodePorts & { readonly admin: number };
  /** Own folder: configuration, ledger and write-ahead log. */
  readonly home: string;
  readonly mspDir: string;
  readonly tls: TlsFiles;
}

export interface OrganisationPlan {
  readonly mspId: string;
  /** Short name, also the domain's first label. */
  readonly name: string;
  readonly domain: string;
  readonly mspDir: string;
  readonly peer: {
    readonly name: string;
    readonly hostname: string;
    readonly ports: NodePorts & { readonly chaincode: number };
    readonly home: string;
    readonly mspDir: string;
    readonly tls: TlsFiles;
  };
  readonly admin: Identity;
  readonly client: Identity;
  /** Where the organisation's chaincode listens, `host:port`. */
  readonly chaincodeAddress: string;
  /** True where somebody else runs that chaincode. */
  readonly chaincodeIsExternal: boolean;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly rootCert: string;
}

export interface Identity {
  readonly mspDir: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Every name, port and path of a network: a pure function of its options. */
export interface NetworkPlan {
  readonly dataDir: string;
  readonly portBase: number;
  readonly channel: string;
  readonly chaincode: string;
  readonly cryptoDir: string;
  readonly channelDir: string;
  readonly genesisBlock: string;
  readonly profileFile: string;
  readonly orderers: readonly OrdererPlan[];
  readonly ordererMspDir: string;
  readonly ordererAdminTls: TlsFiles;
  readonly organisations: readonly OrganisationPlan[];
}

export interface NetworkOptions {
  /** Absolute path of the folder that holds everything. */
  readonly dataDir: string;
  /** First of `PORT_COUNT` consecutive ports. */
  readonly portBase: number;
  /** `host:port` by MSP id, for chaincodes that somebody else runs. */
  readonly chaincode?: Readonly<Record<string, string>>;
}

/**
 * Lays a network out.
 *
 * @throws FabricError `BAD_ARGUMENT` where a chaincode address is given for an organisation that doesn't exist, or the
 * ports don't fit below 65536.
 */
export function planNetwork({ dataDir, portBase, chaincode = {} }: NetworkOptions): NetworkPlan {
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase + PORT_COUNT > 65_536) {
    throw new FabricError('BAD_ARGUMENT', `port base must be within 1024 and ${65_536 - PORT_COUNT}, not ${portBase}`);
  }
  const known: string[] = ORGANISATIONS.map(({ mspId }) => mspId);
  for (const mspId of Object.keys(chaincode)) {
    if (known.includes(mspId)) continue;
    throw new FabricError('BAD_ARGUMENT', `no organisation ${mspId}; there are ${known.join(', ')}`);
  }
  const cryptoDir = join(dataDir, 'crypto');
  const ordererOrg = join(cryptoDir, 'ordererOrganizations', ORDERER_DOMAIN);
  return {
    dataDir,
    portBase,
    channel: CHANNEL,
    chaincode: CHAINCODE,
    cryptoDir,
    channelDir: join(dataDir, 'channel'),
    genesisBlock: join(dataDir, 'channel', 'genesis.block'),
    profileFile: join(dataDir, 'connection-profile.json'),
    orderers: Array.from({ length: ORDERER_COUNT }, (_, index) => planOrderer(dataDir, ordererOrg, portBase, index)),
    ordererMspDir: join(ordererOrg, 'msp'),
    ordererAdminTls: tlsFiles(join(ordererOrg, 'users', `Admin@${ORDERER_DOMAIN}`, 'tls'), 'client'),
    organisations: ORGANISATIONS.map((organisation, index) =>
      planOrganisation(dataDir, cryptoDir, portBase, organisation, index, chaincode[organisation.mspId]),
    ),
  };
}

function planOrderer(dataDir: string, ordererOrg: string, portBase: number, index: number): OrdererPlan {
  const name = `orderer${index + 1}`;
  const hostname = `${name}.${ORDERER_DOMAIN}`;
  const port = portBase + index * PORTS_PER_NODE;
  return {
    id: index + 1,
    name,
    hostname,
    ports: { grpc: port, admin: port + 1, operations: port + 2 },
    home: join(dataDir, 'orderers', name),
    mspDir: join(ordererOrg, 'orderers', hostname, 'msp'),
    tls: tlsFiles(join(ordererOrg, 'orderers', hostname, 'tls'), 'server'),
  };
}

function planOrganisation(
  dataDir: string,
  cryptoDir: string,
  portBase: number,
  { mspId, name }: (typeof ORGANISATIONS)[number],
  index: number,
  externalChaincode: string | undefined,
): OrganisationPlan {
  const domain = `${name}.${DOMAIN}`;
  const root = join(cryptoDir, 'peerOrganizations', domain);
  const hostname = `peer0.${domain}`;
  const port = portBase + ORDERER_COUNT * PORTS_PER_NODE + index * (PORTS_PER_NODE + 1);
  return {
    mspId,
    name,
    domain,
    mspDir: join(root, 'msp'),
    peer: {
      name: `peer-${name}`,
      hostname,
      ports: { grpc: port, chaincode: port + 1, operations: port + 2 },
      home: join(dataDir, 'peers', name),
      mspDir: join(root, 'peers', hostname, 'msp'),
      tls: tlsFiles(join(root, 'peers', hostname, 'tls'), 'server'),
    },
    admin: identity(root, `Admin@${domain}`),
    client: identity(root, `User1@${domain}`),
    chaincodeAddress: externalChaincode ?? `${HOST}:${port + 3}`,
    chaincodeIsExternal: externalChaincode !== undefined,
  };
}

// The file names below are cryptogen's.

function tlsFiles(folder: string, role: 'server' | 'client'): TlsFiles {
  return { cert: join(folder, `${role}.crt`), key: join(folder, `${role}.key`), rootCert: join(folder, 'ca.crt') };
}

function identity(organisationRoot: string, user: string): Identity {
  const mspDir = join(organisationRoot, 'users', user, 'msp');
  return {
    mspDir,
    certFile: join(mspDir, 'signcerts', `${user}-cert.pem`),
    keyFile: join(mspDir, 'keystore', 'priv_sk'),
  };
}
