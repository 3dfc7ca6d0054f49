import { Server, ServerCredentials } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import type { PemPair } from './certificate-authority.ts';
import { DevLedgerError } from './errors.ts';

export type PeerServices = { gateway: gateway.IGatewayServer; deliver: peer.IDeliverServer };

/** A peer's port. It is bound before its services exist, because their error details name it. */
export type PeerServer = {
  port: number;
  serve(services: PeerServices): void;
  /** Ends all calls at once. */
  stop(): void;
};

/** @throws DevLedgerError PORT_IN_USE, naming host and port */
export async function bindPeerServer(
  host: string,
  port: number,
  tls: PemPair | undefined,
  maxMessageBytes: number,
): Promise<PeerServer> {
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
  });
  // A call that comes before the services are there waits for them.
  const { promise: ready, resolve: serve } = Promise.withResolvers<PeerServices>();
  server.addService(gateway.GatewayService, {
    evaluate: (call, callback) => void ready.then((services) => services.gateway.evaluate(call, callback)),
    endorse: (call, callback) => void ready.then((services) => services.gateway.endorse(call, callback)),
    submit: (call, callback) => void ready.then((services) => services.gateway.submit(call, callback)),
    commitStatus: (call, callback) => void ready.then((services) => services.gateway.commitStatus(call, callback)),
    chaincodeEvents: (call) => void ready.then((services) => services.gateway.chaincodeEvents(call)),
  } satisfies gateway.IGatewayServer);
  server.addService(peer.DeliverService, {
    deliver: (call) => void ready.then((services) => services.deliver.deliver(call)),
    deliverFiltered: (call) => void ready.then((services) => services.deliver.deliverFiltered(call)),
    deliverWithPrivateData: (call) => void ready.then((services) => services.deliver.deliverWithPrivateData(call)),
  } satisfies peer.IDeliverServer);
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }])
    : ServerCredentials.createInsecure();
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials, (error, actual) => {
      if (!error) resolve(actual);
      else
        reject(
          new DevLedgerError('PORT_IN_USE', `can't listen on ${host}:${port}: ${error.message}`, { cause: error }),
        );
    });
  });
  return { port: bound, serve, stop: () => server.forceShutdown() };
}
