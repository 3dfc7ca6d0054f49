import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { peer } from '@hyperledger/fabric-protos';
import { type ConnectionProfile, writeConnectionProfile } from '../connection-profile.ts';
import { envelopesOf, sealBlock } from './block.ts';
import { ChaincodeConnection } from './chaincode-connection.ts';
import { Committer } from './committer.ts';
import { type DevLedgerConfig, type DevLedgerConfigInput, parseConfig, requiredEndorsements } from './config.ts';
import { deliverHandlers } from './deliver-service.ts';
import { Endorser } from './endorser.ts';
import { DevLedgerError } from './errors.ts';
import { GatewayService } from './gateway-service.ts';
import { genesisEnvelope, readGenesis } from './genesis.ts';
import { Ledger } from './ledger.ts';
import { Membership } from './membership.ts';
import { BlockWrites } from './mvcc.ts';
import { Orderer } from './orderer.ts';
import { type OrganisationFolder, openOrganisationFolder } from './organisation-folder.ts';
import { bindPeerServer, type PeerServer } from './peer-server.ts';

const ORDERER_ORGANISATION = { mspId: 'OrdererMSP', name: 'orderer' };
/** Names that a TLS certificate covers besides the host that is listened on. */
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1'];
/** Clients verify this name: an IP address can't stand in the handshake (RFC 6066, section 3; Node.js refuses it). */
const TLS_NAME = 'localhost';

export type DevLedgerOptions = {
  /** Folder of keys, blocks and state; made where there is none. One process at a time. */
  dataDir: string;
  config?: DevLedgerConfigInput;
  /** Address to listen on. Default: 127.0.0.1. */
  host?: string;
  /** Port of the first organisation's peer; the others follow. 0, the default, takes free ports. */
  portBase?: number;
  /** Milliseconds since 1970. Default: the system's clock. */
  now?: () => number;
  /** Takes one line of progress. Default: none. */
  log?: (line: string) => void;
  /** The ledger can't write any more and has stopped. Default: the error is thrown as uncaught. */
  onFailure?: (error: unknown) => void;
};

export type DevLedger = {
  profile: ConnectionProfile;
  /** `connection.json` in the data folder, the profile as a file. */
  profileFile: string;
  /** Number of committed blocks. */
  height(): number;
  /** Whether every organisation's chaincode is connected. */
  isChaincodeReady(): boolean;
  /** Commits what was accepted, ends all calls and closes the data folder. */
  stop(): Promise<void>;
};

/**
 * Starts a ledger that speaks Fabric's protocols, for development, demos and tests: one process with a peer for each
 * organisation and one orderer.
 *
 * @throws DevLedgerError
 */
export async function startDevLedger(options: DevLedgerOptions): Promise<DevLedger> {
  const { dataDir, host = '127.0.0.1', portBase = 0, now = Date.now, log = () => {} } = options;
  const config = parseConfig(options.config ?? {});
  await mkdir(dataDir, { recursive: true });

  const openFolder = (org: { mspId: string; name: string }, role: 'peer' | 'orderer') =>
    openOrganisationFolder(join(dataDir, 'crypto'), org, role, [...new Set([host, ...LOOPBACK_HOSTS])], now());
  const ordererFolder = await openFolder(ORDERER_ORGANISATION, 'orderer');
  const folders: OrganisationFolder[] = [];
  for (const org of config.organisations) folders.push(await openFolder(org, 'peer'));
  const membership = new Membership(folders, config.limits.maxCachedIdentities);
  const ordererMembership = new Membership([ordererFolder], config.limits.maxCachedIdentities);

  const ledger = await Ledger.open(dataDir, config.fsync, ordererMembership, config.limits);
  const closing: (() => void | Promise<void>)[] = [() => ledger.close()];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    if (ledger.height === 0) await commitGenesis(ledger, config, folders, ordererFolder, now());
    await checkGenesis(ledger, config, folders);
    log(`ledger open: ${ledger.height} blocks, channel ${config.channel}`);

    const requiredOrganisations = requiredEndorsements(config);
    const committer = new Committer(ledger, {
      channel: config.channel,
      chaincode: config.chaincode.name,
      requiredEndorsements: requiredOrganisations,
      membership,
    });
    const orderer = new Orderer({
      config,
      identity: ordererFolder.node,
      tip: { number: ledger.height - 1, headerHash: ledger.tipHash },
      randomBytes,
      commit: (block) => committer.commit(block),
      onFailure: options.onFailure ?? throwUncaught,
    });
    const connections = config.organisations.map(({ chaincodeAddress, mspId }) => {
      const connection = new ChaincodeConnection(chaincodeAddress, config.limits, (line) => log(`${mspId}: ${line}`));
      closing.push(() => connection.stop());
      return connection;
    });

    const servers: PeerServer[] = [];
    for (const [index, folder] of folders.entries()) {
      const port = portBase === 0 ? 0 : portBase + index;
      const tls = config.tls ? folder.nodeTls : undefined;
      const server = await bindPeerServer(host, port, tls, config.limits.maxMessageBytes);
      closing.push(() => server.stop());
      servers.push(server);
    }
    closing.push(() => orderer.stop());

    const endorsers = folders.map(
      ({ node }, index) =>
        new Endorser(`${host}:${at(servers, index).port}`, node, at(connections, index), ledger, config),
    );
    const readAccess = { channel: config.channel, membership, now };
    const proposalRules = {
      membership,
      now,
      timeWindowMs: config.limits.timeWindowMs,
      isCommitted: (txId: string) => ledger.transaction(txId) !== undefined,
    };
    for (const [index, server] of servers.entries()) {
      const own = at(endorsers, index);
      const service = new GatewayService({
        config,
        ledger,
        orderer,
        committer,
        endorsers: [own, ...endorsers.filter((other) => other !== own)],
        proposalRules,
        readAccess,
        log,
      });
      server.serve({
        gateway: service.handlers(),
        deliver: deliverHandlers({ config, ledger, readAccess, log }),
      });
    }

    const profile = profileOf(config, folders, endorsers);
    const profileFile = join(dataDir, 'connection.json');
    await writeConnectionProfile(profileFile, profile);
    return {
      profile,
      profileFile,
      height: () => ledger.height,
      isChaincodeReady: () => connections.every((connection) => connection.isReady),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function commitGenesis(
  ledger: Ledger,
  config: DevLedgerConfig,
  folders: OrganisationFolder[],
  orderer: OrganisationFolder,
  now: number,
): Promise<void> {
  const envelope = await genesisEnvelope(config, folders, orderer, now, randomBytes(24));
  const ordered = await sealBlock(0, new Uint8Array(), [envelope], orderer.node, randomBytes);
  const findings = [{ txId: '', code: peer.TxValidationCode.VALID }];
  await ledger.commit({ ordered, findings, writes: new BlockWrites() });
}

/** A ledger belongs to the channel and the organisations that it began with. */
async function checkGenesis(ledger: Ledger, config: DevLedgerConfig, folders: OrganisationFolder[]): Promise<void> {
  const genesis = await ledger.block(0);
  const [envelope] = genesis ? envelopesOf(genesis) : [];
  if (!envelope) throw new DevLedgerError('BLOCK_FILE_DAMAGED', 'block 0 holds no configuration');
  const { channel, roots } = readGenesis(envelope);
  const sameRoots = roots.size === folders.length && folders.every((org) => roots.get(org.mspId) === org.caCertPem);
  if (sameRoots && channel === config.channel) return;
  throw new DevLedgerError(
    'CONFIG_INVALID',
    `this ledger began with channel ${channel} and the organisations ${[...roots.keys()].join(', ')} and their ` +
      'certificates; to change them, start over with an empty data folder',
  );
}

function profileOf(config: DevLedgerConfig, folders: OrganisationFolder[], endorsers: Endorser[]): ConnectionProfile {
  return {
    ledger: 'dev',
    channel: config.channel,
    chaincode: config.chaincode.name,
    organisations: config.organisations.map(({ mspId, name }, index) => {
      const folder = at(folders, index);
      const tls = config.tls ? { rootCertFile: folder.tlsCaCertFile, hostOverride: TLS_NAME } : null;
      return {
        mspId,
        name,
        peer: { address: at(endorsers, index).address, tls },
        identity: folder.client,
        admin: folder.admin,
      };
    }),
  };
}

function throwUncaught(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function at<T>(list: T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}
