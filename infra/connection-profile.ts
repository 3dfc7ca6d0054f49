/**
 * The connection profile: all that a gateway must know to reach a ledger, and the only thing that differs between the
 * dev ledger and a real Fabric network. Written by `infra/dev-ledger` and `infra/fabric`, read by the ledger gateway,
 * the start-up and the tests.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { z } from 'zod';

const filePath = z.string().min(1);

const signingIdentity = z.object({
  /** X.509 certificate of the client, PEM. */
  certFile: filePath,
  /** Its private key (ECDSA P-256), PEM, PKCS #8. */
  keyFile: filePath,
});

const organisation = z.object({
  /** Id of the organisation's membership service provider, for example `GrowersMSP`. */
  mspId: z.string().min(1),
  /** A name for people, for example `growers`. */
  name: z.string().min(1),
  peer: z.object({
    /** gRPC target, `host:port`. */
    address: z.string().regex(/^.+:\d{1,5}$/, 'host:port'),
    /** Null means plaintext, which only a loopback address should use. */
    tls: z
      .object({
        /** CA certificate that the peer's TLS certificate chains to, PEM. */
        rootCertFile: filePath,
        /** Name to verify the certificate against, where it is not the address's host. */
        hostOverride: z.string().min(1).nullable(),
      })
      .nullable(),
  }),
  /** The identity that an application of this organisation signs with (OU `client`). */
  identity: signingIdentity,
  /** An administrator of the organisation (OU `admin`), where one is at hand. */
  admin: signingIdentity.optional(),
});

export const connectionProfileSchema = z.object({
  ledger: z.enum(['dev', 'fabric']),
  channel: z.string().min(1),
  chaincode: z.string().min(1),
  organisations: z.array(organisation).min(1),
});

export type ConnectionProfile = z.infer<typeof connectionProfileSchema>;
export type OrganisationProfile = ConnectionProfile['organisations'][number];

/**
 * Reads a profile. Relative paths in the file are relative to the file's folder, so that a data folder can be moved;
 * the answer holds absolute ones.
 *
 * @throws ZodError where the content is not a profile; a system error where the file can't be read.
 */
export async function readConnectionProfile(file: string): Promise<ConnectionProfile> {
  const profile = connectionProfileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  return mapPaths(profile, (path) => resolve(dirname(file), path));
}

/** Writes a profile with paths relative to the file's folder. The file appears complete or not at all. */
export async function writeConnectionProfile(file: string, profile: ConnectionProfile): Promise<void> {
  const portable = mapPaths(connectionProfileSchema.parse(profile), (path) => relative(dirname(file), path));
  const temporary = `${file}.new`;
  await writeFile(temporary, `${JSON.stringify(portable, null, 2)}\n`);
  await rename(temporary, file);
}

function mapPaths(profile: ConnectionProfile, map: (path: string) => string): ConnectionProfile {
  const mapIdentity = (identity: OrganisationProfile['identity']) => ({
    certFile: map(identity.certFile),
    keyFile: map(identity.keyFile),
  });
  return {
    ...profile,
    organisations: profile.organisations.map(({ admin, ...org }) => ({
      ...org,
      peer: {
        address: org.peer.address,
        tls: org.peer.tls && { ...org.peer.tls, rootCertFile: map(org.peer.tls.rootCertFile) },
      },
      identity: mapIdentity(org.identity),
      ...(admin && { admin: mapIdentity(admin) }),
    })),
  };
}
