import type { FabricBinaries } from './fabric-binaries.ts';
import type { NetworkPlan, OrdererPlan, OrganisationPlan } from './network-plan.ts';
import { ordererConfig, peerConfig } from './node-config.ts';
import type { ProcessPlan } from './node-process.ts';
import type { Environment } from './run-command.ts';

/** What a chaincode process has to know; the two variables are those of Fabric's own samples. */
export interface ChaincodeStart {
  readonly mspId: string;
  /** `host:port` to listen on. */
  readonly address: string;
  /** Id of the package that the peer installed; the chaincode has to register under it. */
  readonly packageId: string;
}

/** How to start a chaincode as a service. */
export interface ChaincodeCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Beside `CHAINCODE_SERVER_ADDRESS` and `CHAINCODE_ID`, which are always set. */
  readonly env?: Environment;
}

/** A node's process together with the file it is configured by. */
export interface NodePlan {
  readonly process: ProcessPlan;
  readonly configFile: string;
}

export function ordererNode(plan: NetworkPlan, orderer: OrdererPlan, binaries: FabricBinaries): NodePlan {
  const { name, ports, home } = orderer;
  // An orderer opens its gRPC port last, and so does a peer.
  const configuration = JSON.stringify(ordererConfig(plan, orderer), null, 2);
  return {
    configFile: `${home}/orderer.yaml`,
    process: {
      name,
      command: binaries.orderer,
      args: ['start'],
      cwd: home,
      env: { FABRIC_CFG_PATH: home },
      configuration,
      ports: [
        { port: ports.grpc, purpose: `${name} (gRPC)` },
        { port: ports.admin, purpose: `${name} (channel administration)` },
        { port: ports.operations, purpose: `${name} (health and metrics)` },
      ],
      readiness: { port: ports.grpc, tls: { rootCertFile: orderer.tls.rootCert, serverName: orderer.hostname } },
    },
  };
}

export function peerNode({ peer, ...organisation }: OrganisationPlan, binaries: FabricBinaries): NodePlan {
  const { name, ports, home } = peer;
  const configuration = JSON.stringify(peerConfig({ peer, ...organisation }, binaries.ccaasBuilder), null, 2);
  return {
    configFile: `${home}/core.yaml`,
    process: {
      name,
      command: binaries.peer,
      args: ['node', 'start'],
      cwd: home,
      env: { FABRIC_CFG_PATH: home },
      configuration,
      ports: [
        { port: ports.grpc, purpose: `${name} (gRPC)` },
        { port: ports.chaincode, purpose: `${name} (chaincode callbacks)` },
        { port: ports.operations, purpose: `${name} (health and metrics)` },
      ],
      readiness: { port: ports.grpc, tls: { rootCertFile: peer.tls.rootCert, serverName: peer.hostname } },
    },
  };
}

export function chaincodeProcess(
  { name, mspId, chaincodeAddress }: OrganisationPlan,
  packageId: string,
  commandFor: (start: ChaincodeStart) => ChaincodeCommand,
): ProcessPlan {
  const { command, args, cwd, env } = commandFor({ mspId, address: chaincodeAddress, packageId });
  const port = Number(chaincodeAddress.slice(chaincodeAddress.lastIndexOf(':') + 1));
  return {
    name: `chaincode-${name}`,
    command,
    args,
    cwd,
    env: {
      // Otherwise fabric-shim writes a line for each call.
      CORE_CHAINCODE_LOGGING_LEVEL: 'warning',
      ...env,
      CHAINCODE_SERVER_ADDRESS: chaincodeAddress,
      CHAINCODE_ID: packageId,
    },
    configuration: '',
    ports: [{ port, purpose: `chaincode of ${mspId}` }],
    readiness: { port, tls: null },
  };
}
