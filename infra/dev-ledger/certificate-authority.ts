import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALID_YEARS = 10;
/** Certificates begin a little in the past, so that clocks that differ slightly accept them. */
const BACKDATE_MS = 60 * 60 * 1000;

/** A certificate and its private key (PKCS #8), both PEM. */
export type PemPair = { cert: string; key: string };

/** What a certificate says its holder is; Fabric calls these node OUs. */
export type Role = 'client' | 'peer' | 'admin' | 'orderer';

export type CertificateAuthority = {
  pem: PemPair;
  /** Issues a signing identity whose organisational unit states its role. */
  issueIdentity(commonName: string, role: Role): Promise<PemPair>;
  /** Issues a TLS server certificate for these DNS names and IP addresses. */
  issueTlsServer(commonName: string, hosts: string[]): Promise<PemPair>;
};

/**
 * Makes a root certificate authority (ECDSA P-256, X.509 v3) in the shape that Fabric's membership service expects:
 * key identifiers on both sides, basic constraints, and the role as OU in the subject.
 */
export async function createCertificateAuthority(
  organisation: string,
  commonName: string,
  now: number,
): Promise<CertificateAuthority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const validity = validityFrom(now);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subject({ CN: commonName, O: organisation }),
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issue(name: Subject, extensions: x509.Extension[]): Promise<PemPair> {
    const holder = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const issued = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: subject(name),
      issuer: certificate.subject,
      ...validity,
      signingAlgorithm: ALGORITHM,
      publicKey: holder.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        await x509.SubjectKeyIdentifierExtension.create(holder.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ...extensions,
      ],
    });
    return { cert: issued.toString('pem'), key: await privateKeyPem(holder.privateKey) };
  }

  return {
    pem: { cert: certificate.toString('pem'), key: await privateKeyPem(keys.privateKey) },
    issueIdentity: (name, role) =>
      issue({ CN: name, O: organisation, OU: role }, [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ]),
    issueTlsServer: (name, hosts) =>
      issue({ CN: name, O: organisation }, [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: isIp(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
      ]),
  };
}

type Subject = { CN: string; O: string; OU?: string };

function subject(name: Subject): x509.JsonName {
  return [...(name.OU ? [{ OU: [name.OU] }] : []), { O: [name.O] }, { CN: [name.CN] }];
}

function validityFrom(now: number): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(now - BACKDATE_MS);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + VALID_YEARS);
  return { notBefore, notAfter };
}

function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // A serial number is positive (RFC 5280, section 4.1.2.2).
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  const lines = pkcs8.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function isIp(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
