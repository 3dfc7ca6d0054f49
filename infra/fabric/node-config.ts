import { join } from 'node:path';
import { HOST, type NetworkPlan, ORDERER_MSP_ID, type OrdererPlan, type OrganisationPlan } from './network-plan.ts';

/** A tree of settings, as it goes into a file. Fabric reads YAML, of which JSON is a part. */
export interface Settings {
  readonly [key: string]: string | number | boolean | readonly string[] | readonly Settings[] | Settings;
}

const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/** The content of a peer's `core.yaml`: what is not said here has the default of Fabric's code. */
export function peerConfig(organisation: OrganisationPlan, ccaasBuilder: string): Settings {
  const { peer, mspId } = organisation;
  const address = `${HOST}:${peer.ports.grpc}`;
  return {
    peer: {
      id: peer.hostname,
      networkId: 'hopline',
      listenAddress: address,
      address,
      chaincodeListenAddress: `${HOST}:${peer.ports.chaincode}`,
      mspConfigPath: peer.mspDir,
      localMspId: mspId,
      fileSystemPath: join(peer.home, 'ledger'),
      tls: {
        enabled: true,
        clientAuthRequired: false,
        cert: { file: peer.tls.cert },
        key: { file: peer.tls.key },
        rootcert: { file: peer.tls.rootCert },
      },
      BCCSP: softwareCrypto(),
      gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '5s' },
      discovery: { enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000, authCachePurgeRetentionRatio: 0.75 },
      gossip: gossip(address),
      // A node that was away is found again within seconds, not after an hour's back-off.
      deliveryclient: {
        policy: 'cluster',
        blockGossipEnabled: false,
        connTimeout: '3s',
        reConnectBackoffThreshold: '2s',
        minimalReconnectInterval: '100ms',
        blockCensorshipTimeoutKey: '10s',
      },
      keepalive: {
        minInterval: '10s',
        client: { interval: '60s', timeout: '20s' },
        deliveryClient: { interval: '60s', timeout: '20s' },
      },
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      authentication: { timewindow: '15m' },
      limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
      maxRecvMsgSize: MAX_MESSAGE_BYTES,
      maxSendMsgSize: MAX_MESSAGE_BYTES,
    },
    // No Docker: chaincode runs as a service, and only as one.
    vm: { endpoint: '' },
    chaincode: {
      externalBuilders: [{ name: 'ccaas_builder', path: ccaasBuilder }],
      installTimeout: '60s',
      startuptimeout: '60s',
      executetimeout: '30s',
      mode: 'net',
      keepalive: 0,
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      logging: { level: 'warning', shim: 'warning' },
      runtimeParams: {
        useWriteBatch: true,
        maxSizeWriteBatch: 1000,
        useGetMultipleKeys: true,
        maxSizeGetMultipleKeys: 1000,
      },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
      },
      snapshots: { rootDir: join(peer.home, 'snapshots') },
    },
    operations: { listenAddress: `${HOST}:${peer.ports.operations}`, tls: { enabled: false } },
    metrics: { provider: 'prometheus' },
  };
}

/**
 * Each peer pulls its blocks from the orderers itself, so gossip carries only who is there and who runs what. Its
 * intervals decide how soon another organisation's peer is known as an endorser; the defaults (4 s and more) would make
 * up most of the start.
 */
function gossip(address: string): Settings {
  return {
    bootstrap: address,
    endpoint: address,
    externalEndpoint: address,
    useLeaderElection: false,
    orgLeader: true,
    membershipTrackerInterval: '2s',
    publishStateInfoInterval: '1s',
    requestStateInfoInterval: '1s',
    publishCertPeriod: '2s',
    pullInterval: '2s',
    aliveTimeInterval: '1s',
    aliveExpirationTimeout: '10s',
    reconnectInterval: '1s',
    maxConnectionAttempts: 100_000,
    dialTimeout: '3s',
    connTimeout: '2s',
    state: { enabled: false },
    pvtData: {
      pullRetryThreshold: '10s',
      transientstoreMaxBlockRetention: 20_000,
      pushAckTimeout: '3s',
      btlPullMargin: 10,
      reconcileBatchSize: 10,
      reconcileSleepInterval: '1m',
      reconciliationEnabled: true,
      implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
    },
  };
}

/** The content of an orderer's `orderer.yaml`. */
export function ordererConfig(plan: NetworkPlan, orderer: OrdererPlan): Settings {
  const { tls, ports } = orderer;
  return {
    General: {
      ListenAddress: HOST,
      ListenPort: ports.grpc,
      TLS: {
        Enabled: true,
        PrivateKey: tls.key,
        Certificate: tls.cert,
        RootCAs: [tls.rootCert],
        ClientAuthRequired: false,
      },
      Keepalive: { ServerMinInterval: '10s', ServerInterval: '7200s', ServerTimeout: '20s' },
      // Orderers talk to each other on the same listener, and authenticate as consenters by these.
      Cluster: { ClientCertificate: tls.cert, ClientPrivateKey: tls.key, RootCAs: [tls.rootCert], SendBufferSize: 100 },
      Backoff: { BaseDelay: '100ms', Multiplier: 1.6, MaxDelay: '2s' },
      MaxRecvMsgSize: MAX_MESSAGE_BYTES,
      MaxSendMsgSize: MAX_MESSAGE_BYTES,
      LocalMSPDir: orderer.mspDir,
      LocalMSPID: ORDERER_MSP_ID,
      BCCSP: softwareCrypto(),
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: join(orderer.home, 'ledger') },
    Operations: { ListenAddress: `${HOST}:${ports.operations}`, TLS: { Enabled: false } },
    Metrics: { Provider: 'prometheus' },
    Admin: {
      ListenAddress: `${HOST}:${ports.admin}`,
      TLS: {
        Enabled: true,
        Certificate: tls.cert,
        PrivateKey: tls.key,
        RootCAs: [tls.rootCert],
        ClientAuthRequired: true,
        ClientRootCAs: [plan.ordererAdminTls.rootCert],
      },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
    Consensus: { WALDir: join(orderer.home, 'wal') },
  };
}

function softwareCrypto(): Settings {
  return { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } };
}
