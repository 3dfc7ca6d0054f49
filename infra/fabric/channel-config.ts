import { HOST, type NetworkPlan, ORDERER_MSP_ID, type OrganisationPlan } from './network-plan.ts';

/** Name of the one profile in the file that `configtxgen` reads. */
export const CHANNEL_PROFILE = 'Provenance';

/**
 * How long the leader collects transactions before it proposes a block. A transaction alone waits this long; under load
 * blocks fill while the one before is agreed upon. The shorter it is, the more often a transaction reaches a follower in
 * a block before it arrives from the gateway, which then reports a failure that is none.
 */
const BATCH_INTERVAL_MS = 50;
const BATCH_MAX_TRANSACTIONS = 200;
const BATCH_MAX_BYTES = 10 * 1024 * 1024;
const BATCH_PREFERRED_BYTES = 2 * 1024 * 1024;
const REQUEST_POOL_TRANSACTIONS = 4_000;
/**
 * After these the followers suspect a leader that leaves a transaction lying (forward + complain), or is silent. The
 * defaults of SmartBFT (20 s and 60 s) are made for networks between data centres; here a dead leader is replaced within
 * ten seconds.
 */
const REQUEST_FORWARD_TIMEOUT_S = 2;
const REQUEST_COMPLAIN_TIMEOUT_S = 4;
const LEADER_SILENCE_TIMEOUT_S = 8;
const VIEW_CHANGE_RESEND_S = 2;
const VIEW_CHANGE_TIMEOUT_S = 10;

interface Policy {
  Type: 'Signature' | 'ImplicitMeta';
  Rule: string;
}
type Policies = Record<string, Policy>;

interface OrganisationConfig {
  Name: string;
  ID: string;
  MSPDir: string;
  Policies: Policies;
  AnchorPeers?: { Host: string; Port: number }[];
  OrdererEndpoints?: string[];
}

interface ConsenterConfig {
  ID: number;
  Host: string;
  Port: number;
  MSPID: string;
  Identity: string;
  ClientTLSCert: string;
  ServerTLSCert: string;
}

/** `orderer.smartbft.Options` of fabric-protos; durations in Go's notation. */
interface SmartBftOptions {
  RequestBatchMaxCount: number;
  RequestBatchMaxBytes: number;
  RequestBatchMaxInterval: string;
  IncomingMessageBufferSize: number;
  RequestPoolSize: number;
  RequestForwardTimeout: string;
  RequestComplainTimeout: string;
  RequestAutoRemoveTimeout: string;
  ViewChangeResendInterval: string;
  ViewChangeTimeout: string;
  LeaderHeartbeatTimeout: string;
  LeaderHeartbeatCount: number;
  CollectTimeout: string;
  SyncOnStart: boolean;
  SpeedUpViewChange: boolean;
}

interface Profile {
  Policies: Policies;
  Capabilities: Record<string, true>;
  Orderer: {
    OrdererType: 'BFT';
    BatchTimeout: string;
    BatchSize: { MaxMessageCount: number; AbsoluteMaxBytes: number; PreferredMaxBytes: number };
    ConsenterMapping: ConsenterConfig[];
    SmartBFT: SmartBftOptions;
    Organizations: OrganisationConfig[];
    Policies: Policies;
    Capabilities: Record<string, true>;
  };
  Application: { Organizations: OrganisationConfig[]; Policies: Policies; Capabilities: Record<string, true> };
}

/** The content of `configtx.yaml`. */
export interface ChannelConfig {
  Profiles: Record<typeof CHANNEL_PROFILE, Profile>;
}

/**
 * The channel's first configuration: the ordering organisation with its SmartBFT consenters, three organisations with
 * anchor peers (without which their peers would not find each other), and endorsement by a majority of organisations.
 */
export function channelConfig(plan: NetworkPlan): ChannelConfig {
  return {
    Profiles: {
      [CHANNEL_PROFILE]: {
        Policies: implicitPolicies(),
        // SmartBFT needs V3_0; the other two groups have nothing newer than these.
        Capabilities: { V3_0: true },
        Orderer: {
          OrdererType: 'BFT',
          BatchTimeout: `${BATCH_INTERVAL_MS}ms`,
          BatchSize: {
            MaxMessageCount: BATCH_MAX_TRANSACTIONS,
            AbsoluteMaxBytes: BATCH_MAX_BYTES,
            PreferredMaxBytes: BATCH_PREFERRED_BYTES,
          },
          ConsenterMapping: plan.orderers.map((orderer) => ({
            ID: orderer.id,
            Host: HOST,
            Port: orderer.ports.grpc,
            MSPID: ORDERER_MSP_ID,
            Identity: `${orderer.mspDir}/signcerts/${orderer.hostname}-cert.pem`,
            ClientTLSCert: orderer.tls.cert,
            ServerTLSCert: orderer.tls.cert,
          })),
          SmartBFT: smartBftOptions(),
          Organizations: [orderingOrganisation(plan)],
          Policies: { ...implicitPolicies(), BlockValidation: { Type: 'ImplicitMeta', Rule: 'ANY Writers' } },
          Capabilities: { V2_0: true },
        },
        Application: {
          Organizations: plan.organisations.map(applicationOrganisation),
          Policies: {
            ...implicitPolicies(),
            LifecycleEndorsement: { Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' },
            Endorsement: { Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' },
          },
          Capabilities: { V2_5: true },
        },
      },
    },
  };
}

function smartBftOptions(): SmartBftOptions {
  return {
    RequestBatchMaxCount: BATCH_MAX_TRANSACTIONS,
    RequestBatchMaxBytes: BATCH_MAX_BYTES,
    RequestBatchMaxInterval: `${BATCH_INTERVAL_MS}ms`,
    IncomingMessageBufferSize: 200,
    RequestPoolSize: REQUEST_POOL_TRANSACTIONS,
    RequestForwardTimeout: `${REQUEST_FORWARD_TIMEOUT_S}s`,
    RequestComplainTimeout: `${REQUEST_COMPLAIN_TIMEOUT_S}s`,
    RequestAutoRemoveTimeout: '3m',
    ViewChangeResendInterval: `${VIEW_CHANGE_RESEND_S}s`,
    ViewChangeTimeout: `${VIEW_CHANGE_TIMEOUT_S}s`,
    LeaderHeartbeatTimeout: `${LEADER_SILENCE_TIMEOUT_S}s`,
    LeaderHeartbeatCount: 8,
    CollectTimeout: '1s',
    SyncOnStart: false,
    SpeedUpViewChange: false,
  };
}

function orderingOrganisation(plan: NetworkPlan): OrganisationConfig {
  return {
    Name: ORDERER_MSP_ID,
    ID: ORDERER_MSP_ID,
    MSPDir: plan.ordererMspDir,
    Policies: {
      Readers: signedBy(ORDERER_MSP_ID, ['member']),
      Writers: signedBy(ORDERER_MSP_ID, ['member']),
      Admins: signedBy(ORDERER_MSP_ID, ['admin']),
    },
    OrdererEndpoints: plan.orderers.map(({ ports }) => `${HOST}:${ports.grpc}`),
  };
}

function applicationOrganisation({ mspId, mspDir, peer }: OrganisationPlan): OrganisationConfig {
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: mspDir,
    Policies: {
      Readers: signedBy(mspId, ['admin', 'peer', 'client']),
      Writers: signedBy(mspId, ['admin', 'client']),
      Admins: signedBy(mspId, ['admin']),
      Endorsement: signedBy(mspId, ['peer']),
    },
    AnchorPeers: [{ Host: HOST, Port: peer.ports.grpc }],
  };
}

function signedBy(mspId: string, roles: ('member' | 'admin' | 'client' | 'peer')[]): Policy {
  return { Type: 'Signature', Rule: `OR(${roles.map((role) => `'${mspId}.${role}'`).join(', ')})` };
}

function implicitPolicies(): Policies {
  return {
    Readers: { Type: 'ImplicitMeta', Rule: 'ANY Readers' },
    Writers: { Type: 'ImplicitMeta', Rule: 'ANY Writers' },
    Admins: { Type: 'ImplicitMeta', Rule: 'MAJORITY Admins' },
  };
}
