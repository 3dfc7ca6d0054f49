import { lookup } from 'node:dns/promises';
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** An address to connect to, as `dns.lookup` gives it. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Finds the addresses of a host name. Rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/** By the operating system's resolver, as any connection would. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }));

/**
 * IPv4 networks that no stranger may send us to: those that the IANA special-purpose address registry (RFC 6890) does not
 * call globally reachable, multicast (RFC 5771) and the retired relays of RFC 7526.
 */
const closedIPv4: readonly (readonly [network: string, prefixBits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 only global unicast (RFC 4291 §2.4) is open, without the parts of it that are special (RFC 6890). */
const openIPv6 = ['2000::', 3] as const;
const closedIPv6: readonly (readonly [network: string, prefixBits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 (RFC 3056) leads to whatever IPv4 address is in it.
  ['2002::', 16],
  ['3fff::', 20],
];

const closed = new BlockList();
for (const [network, bits] of closedIPv4) closed.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of closedIPv6) closed.addSubnet(network, bits, 'ipv6');
const open = new BlockList();
open.addSubnet(...openIPv6, 'ipv6');

/**
 * Whether an address is one that anybody on the Internet can reach: not of this machine, a private network, a link, a
 * translator's (NAT64, IPv4-mapped) or a documentation's.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closed.check(address, 'ipv4');
  return isIPv6(address) && open.check(address, 'ipv6') && !closed.check(address, 'ipv6');
}

/** Addresses of a URL's host that a connection may use, or why there are none. */
export type Guarded =
  | { readonly kind: 'open'; readonly addresses: readonly Address[] }
  | { readonly kind: 'address-refused'; readonly address: string }
  | { readonly kind: 'insecure' };

/**
 * Resolves a URL's host and decides whether it may be asked. The connection then has to use these addresses and no other
 * lookup: a name could lead elsewhere a moment later. A name with one closed address is refused as a whole. Plain HTTP is for
 * closed addresses only, where they are allowed at all.
 *
 * @throws what `resolve` throws
 */
export async function guardUrl(url: URL, options: { allowPrivate: boolean; resolve: Resolve }): Promise<Guarded> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const literal = isIPv4(host) ? 4 : isIPv6(host) ? 6 : null;
  const addresses: readonly Address[] =
    literal === null ? await options.resolve(host) : [{ address: host, family: literal }];
  const firstClosed = addresses.find(({ address }) => !isPublicAddress(address));
  if (firstClosed && !options.allowPrivate) return { kind: 'address-refused', address: firstClosed.address };
  if (url.protocol === 'http:' && addresses.some(({ address }) => isPublicAddress(address)))
    return { kind: 'insecure' };
  return { kind: 'open', addresses };
}
