import { toBase64Url } from '@hopline/protocol';
import { makeKeyFile } from '../device/key-file.ts';
import type { Command } from './command.ts';

export const keygenCommand: Command = {
  name: 'keygen',
  summary: 'make an Ed25519 key for a device',
  description: `
Makes a private key (JSON Web Key, RFC 8037) in a file of mode 0600, and prints its public half and its identifier (COSE
key thumbprint, RFC 9679), both base64url. A file that exists is not overwritten.`,
  flags: [{ name: 'out', value: 'FILE', help: 'where the private key goes' }],
  async run(values) {
    const key = await makeKeyFile(values.required('out'));
    console.log(`public key  ${toBase64Url(key.publicKey)}\nkid         ${toBase64Url(key.kid)}`);
  },
};
