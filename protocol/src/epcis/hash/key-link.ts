import { checkDigit } from '../../gs1/index.ts';

/**
 * Canonical Digital Links for the event hash (CBV 2.0, section 8.9: "constrained canonical GS1 Digital Link URI").
 *
 * This is not `canonical` of `gs1/`: it covers every GS1 key that an event may mention, checks no check digits and leaves
 * escapes as they are, because the hash has to be the same for whatever other implementations let through. One case follows the
 * standard's text against its reference implementation, which keeps a custom domain if the value behind it has an escape.
 */
const origin = 'https://id.gs1.org';

/** One character of a URN component: set 82, with what a URN may not hold escaped (EPC Tag Data Standard, table I.3.1-1). */
const urnChar =
  "(?:%2[125-9A-Fa-f]|%3[0-9A-Fa-f]|%4[1-9A-Fa-f]|%5[0-9AaFf]|%6[1-9A-Fa-f]|%7[0-9Aa]|[!')(*+,.0-9:;=A-Za-z_-])";
const partChar = '(?:%2[3DFdf]|%3[0-9]|%4[1-9A-Fa-f]|%5[0-9Aa]|[0-9A-Z-])';

interface UrnScheme {
  /** Digits of company prefix and reference together; undefined where the reference is text. */
  readonly digits?: number;
  /** What follows the reference, dot included. */
  readonly tail: RegExp;
  /** Path of the link, from the company prefix, the reference, and what `tail` captured. */
  readonly path: (prefix: string, reference: string, tail: readonly string[]) => string | undefined;
}

const nothing = /^$/;
const star = /^\.\*$/;
const urnText = (maxChars: number): RegExp => new RegExp(`^\\.(${urnChar}{1,${maxChars}})$`);
const pieces = String.raw`\.(\d{2})\.(\d{2})`;

const gtin = (prefix: string, reference: string): string =>
  withCheckDigit(reference.charAt(0) + prefix + reference.slice(1));
const plain = (prefix: string, reference: string): string => withCheckDigit(prefix + reference);
const tradeItem = (ai: string) => (prefix: string, reference: string, tail: readonly string[]) =>
  `/01/${gtin(prefix, reference)}/${ai}/${escapeForLink(tail[0] ?? '')}`;

const urnSchemes: ReadonlyMap<string, UrnScheme> = new Map<string, UrnScheme>([
  ['id:sgtin', { digits: 13, tail: urnText(20), path: tradeItem('21') }],
  ['class:lgtin', { digits: 13, tail: urnText(20), path: tradeItem('10') }],
  ['id:upui', { digits: 13, tail: urnText(28), path: tradeItem('235') }],
  ['idpat:sgtin', { digits: 13, tail: star, path: (p, r) => `/01/${gtin(p, r)}` }],
  ['idpat:upui', { digits: 13, tail: star, path: (p, r) => `/01/${gtin(p, r)}` }],
  ['id:sscc', { digits: 17, tail: nothing, path: (p, r) => `/00/${gtin(p, r)}` }],
  [
    'id:sgln',
    {
      digits: 12,
      tail: urnText(20),
      path: (p, r, [extension = '']) =>
        `/414/${plain(p, r)}${extension === '0' ? '' : `/254/${escapeForLink(extension)}`}`,
    },
  ],
  ['id:pgln', { digits: 12, tail: nothing, path: (p, r) => `/417/${plain(p, r)}` }],
  ['id:grai', { digits: 12, tail: urnText(16), path: (p, r, [s = '']) => `/8003/0${plain(p, r)}${escapeForLink(s)}` }],
  ['idpat:grai', { digits: 12, tail: star, path: (p, r) => `/8003/${withCheckDigit(`0${p}${r}`)}` }],
  ['id:giai', { tail: nothing, path: (p, r) => assetPath('8004', p, r) }],
  ['id:ginc', { tail: nothing, path: (p, r) => assetPath('401', p, r) }],
  ['id:gsrn', { digits: 17, tail: nothing, path: (p, r) => `/8018/${plain(p, r)}` }],
  ['id:gsrnp', { digits: 17, tail: nothing, path: (p, r) => `/8017/${plain(p, r)}` }],
  ['id:gsin', { digits: 16, tail: nothing, path: (p, r) => `/402/${plain(p, r)}` }],
  [
    'id:gdti',
    {
      digits: 12,
      tail: new RegExp(`^\\.(${urnChar}{0,19})$`),
      path: (p, r, [s = '']) => `/253/${plain(p, r)}${escapeForLink(s)}`,
    },
  ],
  ['idpat:gdti', { digits: 12, tail: star, path: (p, r) => `/253/${plain(p, r)}` }],
  ['id:sgcn', { digits: 12, tail: /^\.(\d{1,12})$/, path: (p, r, [s = '']) => `/255/${plain(p, r)}${s}` }],
  ['idpat:sgcn', { digits: 12, tail: star, path: (p, r) => `/255/${plain(p, r)}` }],
  ['id:cpi', { tail: nothing, path: (p, r) => partPath(p, r, /^(.*)\.(\d{1,12})$/) }],
  ['idpat:cpi', { tail: nothing, path: (p, r) => partPath(p, r, /^(.*)\.(\*)$/) }],
  [
    'id:itip',
    {
      digits: 13,
      tail: new RegExp(`^${pieces}\\.(${urnChar}{1,20})$`),
      path: (p, r, [piece = '', total = '', serial = '']) =>
        `/8006/${gtin(p, r)}${piece}${total}/21/${escapeForLink(serial)}`,
    },
  ],
  [
    'idpat:itip',
    {
      digits: 13,
      tail: new RegExp(`^${pieces}\\.\\*$`),
      path: (p, r, [piece = '', total = '']) => `/8006/${gtin(p, r)}${piece}${total}`,
    },
  ],
]);

/** Names that Digital Link 1.0 and 1.1 allowed for application identifiers. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['gtin', '01'],
  ['itip', '8006'],
  ['cpid', '8010'],
  ['gln', '414'],
  ['party', '417'],
  ['gsrnp', '8017'],
  ['gsrn', '8018'],
  ['gcn', '255'],
  ['sscc', '00'],
  ['gdti', '253'],
  ['ginc', '401'],
  ['gsin', '402'],
  ['grai', '8003'],
  ['giai', '8004'],
  ['cpv', '22'],
  ['lot', '10'],
  ['ser', '21'],
]);

/** Form of each key's value as it stands in the path, and the qualifiers that may follow, coarse to fine. */
const text = (maxChars: number): string =>
  `(?:%[0-9A-Fa-f]{2}|[\\x21-\\x24\\x26-\\x2E\\x30-\\x3E\\x40-\\x5B\\x5D-\\x7A]){0,${maxChars}}`;
const linkKeys: ReadonlyMap<string, { readonly value: RegExp; readonly qualifiers: readonly string[] }> = new Map(
  (
    [
      ['00', String.raw`\d{18}`, []],
      ['01', String.raw`(?:\d{8}|\d{12,14})`, ['22', '235', '10', '21']],
      ['253', String.raw`\d{13}${text(17)}`, []],
      ['255', String.raw`\d{13,25}`, []],
      ['401', String.raw`\d{4}${text(26)}`, []],
      ['402', String.raw`\d{17}`, []],
      ['414', String.raw`\d{13}`, ['254']],
      ['417', String.raw`\d{13}`, []],
      ['8003', String.raw`\d{14}${text(16)}`, []],
      ['8004', String.raw`\d{4}${text(26)}`, []],
      ['8006', String.raw`\d{18}`, ['22', '10', '21']],
      ['8010', String.raw`\d{4}${text(26)}`, ['8011']],
      ['8017', String.raw`\d{18}`, []],
      ['8018', String.raw`\d{18}`, []],
    ] as const
  ).map(([ai, value, qualifiers]) => [ai, { value: new RegExp(`^${value}$`), qualifiers }]),
);
const qualifierValue = new RegExp(`^${text(28)}$`);

/** A primary key and four qualifiers, each with its value: the path in front of them is of no interest. */
const maxLinkSegments = 10;

/** The canonical link of any text that carries a GS1 key; other texts come back as they are. */
export function keyLinkOf(value: string): string {
  if (value.startsWith('urn:epc:')) return urnLink(value) ?? value;
  if (/^https?:\/\//.test(value)) return digitalLink(value) ?? value;
  return value;
}

function urnLink(value: string): string | undefined {
  const match = /^urn:epc:((?:id|class|idpat):[a-z]+):(\d{6,12})\.(.+)?$/.exec(value);
  const [, name = '', prefix = '', rest = ''] = match ?? [];
  const scheme = urnSchemes.get(name);
  if (scheme === undefined) return undefined;
  const referenceDigits = scheme.digits === undefined ? rest.length : scheme.digits - prefix.length;
  const reference = rest.slice(0, referenceDigits);
  if (scheme.digits !== undefined && (reference.length !== referenceDigits || !/^\d*$/.test(reference)))
    return undefined;
  const tail = scheme.tail.exec(rest.slice(referenceDigits));
  const path = tail === null ? undefined : scheme.path(prefix, reference, tail.slice(1));
  return path === undefined ? undefined : origin + path;
}

function digitalLink(value: string): string | undefined {
  const path = /^https?:\/\/[^/?#]*([^?#]*)/.exec(value)?.[1] ?? '';
  const segments = path.replace(/\/$/, '').split('/').slice(1);
  const first = Math.max(0, segments.length - maxLinkSegments);
  for (let start = segments.length - 2; start >= first; start--) {
    const link = canonicalPath(segments.slice(start));
    if (link !== undefined) return origin + link;
  }
  return undefined;
}

/** The finest identification only: a serial makes lot and variant superfluous, a lot the variant. */
function canonicalPath([name = '', value = '', ...rest]: readonly string[]): string | undefined {
  const ai = aliases.get(name) ?? name;
  const key = linkKeys.get(ai);
  if (key === undefined || !key.value.test(value) || rest.length % 2 !== 0) return undefined;
  const head = `/${ai}/${ai === '01' ? value.padStart(14, '0') : value}`;
  let finest = -1;
  let qualifier = '';
  for (let i = 0; i < rest.length; i += 2) {
    const qualifierAi = aliases.get(rest[i] ?? '') ?? rest[i] ?? '';
    const rank = key.qualifiers.indexOf(qualifierAi);
    const qualifierText = rest[i + 1] ?? '';
    if (rank <= finest || !qualifierValue.test(qualifierText)) return undefined;
    finest = rank;
    qualifier = qualifierAi === '22' ? '' : `/${qualifierAi}/${qualifierText}`;
  }
  return head + qualifier;
}

/** Keys that are a company prefix and a text, up to 30 characters. */
function assetPath(ai: string, prefix: string, reference: string): string | undefined {
  const form = new RegExp(`^${urnChar}{1,${30 - prefix.length}}$`);
  return form.test(reference) ? `/${ai}/${prefix}${escapeForLink(reference)}` : undefined;
}

function partPath(prefix: string, rest: string, form: RegExp): string | undefined {
  const [, part = '', serial = ''] = form.exec(rest) ?? [];
  if (!new RegExp(`^${partChar}{1,${30 - prefix.length}}$`).test(part)) return undefined;
  return `/8010/${prefix}${escapeForLink(part)}${serial === '*' ? '' : `/8011/${serial}`}`;
}

function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits);
}

/** What may stand in a URN and may not in a link; what a URN escapes stays escaped. */
function escapeForLink(component: string): string {
  return component.replace(/[!()*+,:]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
