import { expect, test } from 'vitest';
import { guardUrl, isPublicAddress } from './address-guard.ts';

test.each([
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.0.0.8',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::10.0.0.1',
  'fe80::1',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2001::1',
  'nonsense',
])('%s is not for strangers', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

const nobody = async () => {
  throw new Error('no lookup is needed');
};

test.each([
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:7f00:1]/',
])('%s is this machine however it is written', async (url) => {
  expect(await guardUrl(new URL(url), { allowPrivate: false, resolve: nobody })).toMatchObject({
    kind: 'address-refused',
  });
});

test('a name that leads to a public and a private address is refused as a whole', async () => {
  const resolve = async () => [
    { address: '8.8.8.8', family: 4 as const },
    { address: '10.0.0.1', family: 4 as const },
  ];
  const url = new URL('https://both.example/');
  expect(await guardUrl(url, { allowPrivate: false, resolve })).toEqual({
    kind: 'address-refused',
    address: '10.0.0.1',
  });
});

test('plain HTTP is for private networks, where these are allowed', async () => {
  const guard = (url: string, allowPrivate: boolean) => guardUrl(new URL(url), { allowPrivate, resolve: nobody });
  expect(await guard('http://8.8.8.8/', false)).toEqual({ kind: 'insecure' });
  expect(await guard('http://8.8.8.8/', true)).toEqual({ kind: 'insecure' });
  expect(await guard('http://10.0.0.1/', true)).toMatchObject({ kind: 'open' });
  expect(await guard('https://8.8.8.8/', false)).toMatchObject({ kind: 'open' });
});
