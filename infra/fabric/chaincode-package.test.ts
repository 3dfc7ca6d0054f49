import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packageChaincode } from './chaincode-package.ts';
import { tar } from './tar.ts';

/** Reads an archive back by the field offsets of POSIX.1-1988, and checks each header's checksum. */
function untar(bytes: Buffer): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (let at = 0; bytes[at] !== 0; ) {
    const header = Buffer.from(bytes.subarray(at, at + 512));
    const text = (from: number, to: number) => header.toString('ascii', from, to).replace(/[\0 ]*$/, '');
    const checksum = Number.parseInt(text(148, 156), 8);
    header.fill(' ', 148, 156);
    expect(header.reduce((sum, byte) => sum + byte, 0)).toBe(checksum);
    expect(text(257, 262)).toBe('ustar');
    const size = Number.parseInt(text(124, 136), 8);
    files[text(0, 100)] = bytes.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

describe('packageChaincode', () => {
  const made = packageChaincode('hopline', '127.0.0.1:9001');

  it('holds the metadata, and the address in an archive of its own', () => {
    const outer = untar(gunzipSync(made.bytes));
    expect(Object.keys(outer)).toEqual(['metadata.json', 'code.tar.gz']);
    expect(JSON.parse(String(outer['metadata.json']))).toEqual({ type: 'ccaas', label: 'hopline' });
    const inner = untar(gunzipSync(outer['code.tar.gz'] as Buffer));
    const connection = { address: '127.0.0.1:9001', dial_timeout: '10s', tls_required: false };
    expect(JSON.parse(String(inner['connection.json']))).toEqual(connection);
  });

  it('has the id that a peer computes: label and SHA-256 of the bytes', () => {
    expect(made.id).toBe(`hopline:${createHash('sha256').update(made.bytes).digest('hex')}`);
  });

  it('is the same each time, and another one for another address', () => {
    expect(packageChaincode('hopline', '127.0.0.1:9001')).toEqual(made);
    expect(packageChaincode('hopline', '127.0.0.1:9002').id).not.toBe(made.id);
  });
});

describe('tar', () => {
  it('pads each file to whole blocks and ends with two empty ones', () => {
    expect(tar([{ name: 'a', content: new Uint8Array(513) }])).toHaveLength(512 + 1024 + 1024);
    expect(tar([{ name: 'a', content: new Uint8Array(512) }])).toHaveLength(512 + 512 + 1024);
  });

  it('refuses a name that the header has no room for', () => {
    expect(() => tar([{ name: 'x'.repeat(101), content: new Uint8Array() }])).toThrow(RangeError);
  });
});
