import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials, status } from '@grpc/grpc-js';
import { connect, EndorseError, type Gateway, GatewayError, hash, signers } from '@hyperledger/fabric-gateway';
import type { ConnectionProfile, OrganisationProfile } from '../connection-profile.ts';
import { poll } from './poll.ts';

const PROBE_LIMITS = { intervalMs: 250, timeoutMs: 60_000 };
const PROBE_TIMEOUT_MS = 5_000;
/** Every chaincode built with the contract API answers this one. */
const METADATA_TRANSACTION = 'org.hyperledger.fabric:GetMetadata';

/**
 * Waits until each organisation's gateway can gather an endorsement from every organisation: chaincode committed on all
 * peers, chaincode processes reached, peers known to each other. Nothing is submitted.
 *
 * @param assertPossible called after a failed attempt; a `FabricError` `PROCESS_EXITED` from it ends the waiting.
 * @throws FabricError `START_TIMEOUT`, `CANCELLED`, or what `assertPossible` throws.
 */
export async function waitUntilEndorsing(
  profile: ConnectionProfile,
  signal: AbortSignal,
  assertPossible: () => Promise<void>,
): Promise<void> {
  const mspIds = profile.organisations.map(({ mspId }) => mspId);
  await Promise.all(
    profile.organisations.map(async (organisation) => {
      const { gateway, close } = await connectGateway(organisation);
      try {
        const contract = gateway.getNetwork(profile.channel).getContract(profile.chaincode);
        await poll(`endorsement through ${organisation.name}`, { ...PROBE_LIMITS, signal }, async () => {
          try {
            await contract.newProposal(METADATA_TRANSACTION, { endorsingOrganizations: mspIds }).endorse();
            return true;
          } catch (failure) {
            if (isChaincodeAnswer(failure)) return true;
            await assertPossible();
            throw detailed(failure);
          }
        });
      } finally {
        close();
      }
    }),
  );
}

/** Connects to an organisation's peer as the organisation's client. Close it after use. */
export async function connectGateway({
  mspId,
  peer,
  identity,
}: OrganisationProfile): Promise<{ gateway: Gateway; close: () => void }> {
  const channelCredentials = peer.tls
    ? credentials.createSsl(await readFile(peer.tls.rootCertFile))
    : credentials.createInsecure();
  const override = peer.tls?.hostOverride;
  const client = new Client(
    peer.address,
    channelCredentials,
    override ? { 'grpc.ssl_target_name_override': override } : {},
  );
  const gateway = connect({
    client,
    identity: { mspId, credentials: await readFile(identity.certFile) },
    signer: signers.newPrivateKeySigner(createPrivateKey(await readFile(identity.keyFile))),
    hash: hash.sha256,
    endorseOptions: () => ({ deadline: Date.now() + PROBE_TIMEOUT_MS }),
  });
  const close = () => {
    gateway.close();
    client.close();
  };
  return { gateway, close };
}

/** True where an endorsement failed because the chaincode was reached and refused: it doesn't know the question. */
function isChaincodeAnswer(failure: unknown): boolean {
  return (
    failure instanceof EndorseError &&
    failure.code === status.ABORTED &&
    failure.details.length > 0 &&
    failure.details.every(({ message }) => message.startsWith('chaincode response '))
  );
}

/** The gateway's own message says only that endorsement failed; why is in the details. */
function detailed(failure: unknown): unknown {
  if (!(failure instanceof GatewayError)) return failure;
  const details = failure.details.map(({ mspId, message }) => `${mspId}: ${message}`).join('; ');
  return new Error(`${failure.message} ${details}`, { cause: failure });
}
