import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar } from './tar.ts';

export interface ChaincodePackage {
  /** `label:sha256`, as every peer computes it from the bytes. */
  readonly id: string;
  /** tar.gz, ready for `peer lifecycle chaincode install`. */
  readonly bytes: Uint8Array;
}

/**
 * Packages a chaincode that runs as a service: there is no code in it, only the address at which the peer finds it.
 * The form is that of Fabric's documentation, "Running Chaincode as an External Service": `metadata.json`, and
 * `code.tar.gz` with `connection.json`.
 *
 * @param label name of the package for people, `[A-Za-z0-9_.+-]+`.
 * @param address `host:port` of the chaincode, as its peer dials it.
 */
export function packageChaincode(label: string, address: string): ChaincodePackage {
  const connection = { address, dial_timeout: '10s', tls_required: false };
  const code = gzipSync(tar([{ name: 'connection.json', content: json(connection) }]));
  const metadata = json({ type: 'ccaas', label });
  const bytes = gzipSync(
    tar([
      { name: 'metadata.json', content: metadata },
      { name: 'code.tar.gz', content: code },
    ]),
  );
  return { id: `${label}:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
