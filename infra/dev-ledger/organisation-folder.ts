import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { msp } from '@hyperledger/fabric-protos';
import { createCertificateAuthority, type PemPair, type Role } from './certificate-authority.ts';
import { signLowS } from './ecdsa.ts';
import { encode } from './proto.ts';

const PRIVATE_FILE_MODE = 0o600;

/** One who signs for an organisation: its peer, or the orderer. */
export type SigningIdentity = {
  mspId: string;
  /** msp.SerializedIdentity, as it stands in headers and endorsements. */
  serialized: Buffer;
  /** ECDSA P-256 signature over the SHA-256 of the data, DER, low S. */
  sign(data: Uint8Array): Promise<Buffer>;
};

export type OrganisationFolder = {
  mspId: string;
  caCertPem: string;
  tlsCaCertFile: string;
  /** Signing identity of the organisation's node: a peer, or the orderer. */
  node: SigningIdentity;
  nodeTls: PemPair;
  client: { certFile: string; keyFile: string };
  admin: { certFile: string; keyFile: string };
};

/**
 * Opens the keys and certificates of an organisation, made at the first start and never changed:
 *
 *     {crypto}/{mspId}/ca.pem, ca-key.pem, tls-ca.pem, tls-ca-key.pem
 *     {crypto}/{mspId}/peer/cert.pem, key.pem, tls-cert.pem, tls-key.pem   (orderer/ for the orderer's organisation)
 *     {crypto}/{mspId}/users/client/cert.pem, key.pem  and  users/admin/…
 *
 * The folder appears complete or not at all, so a crash in the middle leaves nothing half made.
 */
export async function openOrganisationFolder(
  cryptoFolder: string,
  organisation: { mspId: string; name: string },
  nodeRole: Extract<Role, 'peer' | 'orderer'>,
  hosts: string[],
  now: number,
): Promise<OrganisationFolder> {
  const folder = join(cryptoFolder, organisation.mspId);
  if (!existsSync(folder)) await createFolder(folder, organisation, nodeRole, hosts, now);
  const read = (path: string) => readFile(join(folder, path), 'utf8');
  const user = (name: string) => ({
    certFile: join(folder, 'users', name, 'cert.pem'),
    keyFile: join(folder, 'users', name, 'key.pem'),
  });
  return {
    mspId: organisation.mspId,
    caCertPem: await read('ca.pem'),
    tlsCaCertFile: join(folder, 'tls-ca.pem'),
    node: signingIdentity(
      organisation.mspId,
      await read(`${nodeRole}/cert.pem`),
      createPrivateKey(await read(`${nodeRole}/key.pem`)),
    ),
    nodeTls: { cert: await read(`${nodeRole}/tls-cert.pem`), key: await read(`${nodeRole}/tls-key.pem`) },
    client: user('client'),
    admin: user('admin'),
  };
}

async function createFolder(
  folder: string,
  { mspId, name }: { mspId: string; name: string },
  nodeRole: Extract<Role, 'peer' | 'orderer'>,
  hosts: string[],
  now: number,
): Promise<void> {
  const authority = await createCertificateAuthority(mspId, `ca.${name}`, now);
  const tlsAuthority = await createCertificateAuthority(mspId, `tlsca.${name}`, now);
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  for (const part of ['', nodeRole, 'users/client', 'users/admin']) {
    await mkdir(join(unfinished, part), { recursive: true });
  }
  const write = async (certFile: string, keyFile: string, pair: PemPair) => {
    await writeFile(join(unfinished, certFile), pair.cert);
    await writeFile(join(unfinished, keyFile), pair.key, { mode: PRIVATE_FILE_MODE });
  };
  await write('ca.pem', 'ca-key.pem', authority.pem);
  await write('tls-ca.pem', 'tls-ca-key.pem', tlsAuthority.pem);
  const nodeName = `${nodeRole}0.${name}`;
  await write(`${nodeRole}/cert.pem`, `${nodeRole}/key.pem`, await authority.issueIdentity(nodeName, nodeRole));
  await write(
    `${nodeRole}/tls-cert.pem`,
    `${nodeRole}/tls-key.pem`,
    await tlsAuthority.issueTlsServer(nodeName, hosts),
  );
  for (const role of ['client', 'admin'] as const) {
    const pair = await authority.issueIdentity(`${role}.${name}`, role);
    await write(`users/${role}/cert.pem`, `users/${role}/key.pem`, pair);
  }
  await rename(unfinished, folder);
}

function signingIdentity(mspId: string, certPem: string, key: KeyObject): SigningIdentity {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certPem));
  return { mspId, serialized: encode(identity), sign: (data) => signLowS(key, data) };
}
