import { ProtocolError } from '../error.ts';
import { canonicalOrigin, unescapeSegment } from './digital-link.ts';
import { checkedDigits, checkedText, gtin14, outsideSet82 } from './value.ts';

/** GS1 AI encodable character set 39 (GS1 General Specifications, figure 7.11-2): the complement of what is refused. */
const outsideSet39 = /[^#\-/0-9A-Z]/;
const outsideDigits = /[^0-9]/;

type Check = (value: string) => void;

/** A key that names a document, a person, a part: here it is a name and nothing else, but it has to be a right one. */
interface NamingKey {
  /** Values that are meant as this key on any domain. On `id.gs1.org` all are. */
  readonly looks: RegExp;
  readonly check: Check;
  /** Application identifiers that may follow it, in this order. */
  readonly qualifiers: ReadonlyMap<string, Check>;
}

const none: ReadonlyMap<string, Check> = new Map();
const recipient = new Map([['8019', text('srin', 10, outsideDigits)]]);

/** Forms of the keys (GS1 Barcode Syntax Dictionary, github.com/gs1/gs1-syntax-dictionary, 253 to 8019). */
const namingKeys: ReadonlyMap<string, NamingKey> = new Map<string, NamingKey>([
  ['253', { looks: /^\d{13}/, check: digitsThen('gdti', 13, 17, outsideSet82), qualifiers: none }],
  ['255', { looks: /^\d{13}/, check: digitsThen('gcn', 13, 12, outsideDigits), qualifiers: none }],
  ['401', { looks: /^\d{4}/, check: prefixed('ginc', outsideSet82), qualifiers: none }],
  ['402', { looks: /^\d{17}$/, check: digitsThen('gsin', 17, 0, outsideDigits), qualifiers: none }],
  ['8010', { looks: /^\d{4}/, check: prefixed('cpid', outsideSet39), qualifiers: new Map([['8011', partSerial]]) }],
  ['8017', { looks: /^\d{18}$/, check: digitsThen('gsrnp', 18, 0, outsideDigits), qualifiers: recipient }],
  ['8018', { looks: /^\d{18}$/, check: digitsThen('gsrn', 18, 0, outsideDigits), qualifiers: recipient }],
  [
    '8006',
    {
      looks: /^\d{18}$/,
      check: piece,
      qualifiers: new Map([
        ['22', text('variant', 20, outsideSet82)],
        ['10', text('lot', 20, outsideSet82)],
        ['21', text('serial', 20, outsideSet82)],
      ]),
    },
  ],
]);

/** A GTIN with the serial of a third party. A GTIN with anything else is `parseDigitalLink`'s. */
const thirdParty: NamingKey = {
  looks: /^\d+$/,
  check: (value) => void gtin14(value),
  qualifiers: new Map([['235', text('upui', 28, outsideSet82)]]),
};

/** Alphabetic names that Digital Link 1.0 and 1.1 allowed in place of application identifiers. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['gdti', '253'],
  ['gcn', '255'],
  ['ginc', '401'],
  ['gsin', '402'],
  ['itip', '8006'],
  ['cpid', '8010'],
  ['gsrnp', '8017'],
  ['gsrn', '8018'],
]);

const maxLinkSegments = 8;

/**
 * Checks the Digital Link of a key that `parseDigitalLink` does not read: digits and check digit, characters and lengths. A link that
 * holds none of these keys is right.
 * @throws ProtocolError `gs1-length`, `gs1-character`, `gs1-check-digit`, `gs1-escape`
 */
export function checkNamingLink(link: string): void {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/?#]+)([^?#]*)/i.exec(link) ?? [];
  const segments = path.replace(/\/$/, '').split('/').slice(1);
  const isCanonical = origin.toLowerCase() === canonicalOrigin;
  for (let start = Math.max(0, segments.length - maxLinkSegments); start + 1 < segments.length; start++) {
    const [name = '', value = '', ...rest] = segments.slice(start);
    const key = keyOf(name, rest);
    if (key === undefined || rest.length % 2 !== 0) continue;
    if (!key.looks.test(value) && !(isCanonical && start === 0)) continue;
    const names = rest.filter((_, at) => at % 2 === 0);
    const order = [...key.qualifiers.keys()];
    const places = names.map((qualifier) => order.indexOf(qualifier));
    if (places.some((place, at) => place <= (places[at - 1] ?? -1))) continue;
    key.check(unescapeSegment(value));
    for (const [at, qualifier] of names.entries()) {
      key.qualifiers.get(qualifier)?.(unescapeSegment(rest[2 * at + 1] ?? ''));
    }
    return;
  }
}

function keyOf(name: string, rest: readonly string[]): NamingKey | undefined {
  if (name === '01' && rest[0] === '235') return thirdParty;
  return namingKeys.get(aliases.get(name) ?? name);
}

/** Digits that end in their check digit, and an optional text behind them. */
function digitsThen(key: string, digits: number, maxMore: number, outside: RegExp): Check {
  return (value) => {
    checkedDigits(key, maxMore === 0 ? value : value.slice(0, digits), digits);
    if (value.length > digits) checkedText(key, value.slice(digits), maxMore, outside);
  };
}

/** A text that begins with a company prefix, of which four digits are sure: it has no check digit. */
function prefixed(key: string, outside: RegExp): Check {
  return (value) => {
    checkedText(key, value, 30, outside);
    if (/^\d{4}/.test(value)) return;
    throw new ProtocolError('gs1-character', `${key} begins with the digits of a company prefix`, { key, value });
  };
}

function text(key: string, maxChars: number, outside: RegExp): Check {
  return (value) => void checkedText(key, value, maxChars, outside);
}

/** The serial of a part: up to 12 digits, and no zero in front. */
function partSerial(value: string): void {
  checkedText('cpid serial', value, 12, outsideDigits);
  if (value.startsWith('0')) {
    throw new ProtocolError('gs1-character', 'a cpid serial does not begin with 0', { key: 'cpid serial', value });
  }
}

/** A GTIN, and which of how many pieces it is. */
function piece(value: string): void {
  if (value.length !== 18) {
    throw new ProtocolError('gs1-length', `itip has 18 digits, not ${value.length}`, { key: 'itip', length: 18 });
  }
  checkedText('itip', value, 18, outsideDigits);
  gtin14(value.slice(0, 14));
  const [number, total] = [Number(value.slice(14, 16)), Number(value.slice(16))];
  if (number >= 1 && number <= total) return;
  throw new ProtocolError('gs1-character', `itip is piece ${number} of ${total}`, { key: 'itip', value });
}
