import { ProtocolError } from '@hopline/protocol';
import { canonicalId } from '@hopline/protocol/epcis';
import { canonicalOrigin } from '@hopline/protocol/gs1';

/**
 * What identifiers a `MATCH_` value stands for, in their canonical form (EPCIS 2.0, section 8.2.7.1.1): exactly one, or all
 * that begin with a text and go on as `digits` and `rest` say.
 */
export type IdPattern =
  | { readonly kind: 'exact'; readonly id: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** `prefix`, then this many digits (reference and check digit), then `rest` and at least one more character. */
  | { readonly kind: 'shaped'; readonly prefix: string; readonly digits: number; readonly rest: string };

/** Digits behind the company prefix of a key and its check digit, where a pattern leaves the reference open. */
const keys = {
  sgtin: { path: '/01/', indicator: true, bodyDigits: 13, qualifier: '/21/' },
  lgtin: { path: '/01/', indicator: true, bodyDigits: 13, qualifier: '/10/' },
  sscc: { path: '/00/', indicator: true, bodyDigits: 17, qualifier: null },
  sgln: { path: '/414/', indicator: false, bodyDigits: 12, qualifier: '/254/' },
  grai: { path: '/8003/0', indicator: false, bodyDigits: 12, qualifier: '' },
  giai: { path: '/8004/', indicator: false, bodyDigits: 0, qualifier: null },
} as const;

/**
 * Reads one value of a `MATCH_` parameter: an EPC URN, a Digital Link or a private URI, which stand for themselves, an EPC
 * pattern (`urn:epc:idpat:sgtin:0614141.*.*`), or a Digital Link that ends in `/*`.
 * @param classes whether classes are meant: then `urn:epc:idpat:sgtin:0614141.012345.*` is the product itself
 * @throws ProtocolError `gs1-…` or `epcis-identifier`
 */
export function parseIdPattern(text: string, classes: boolean): IdPattern[] {
  if (/^https?:\/\/.*\*$/i.test(text)) return [linkPattern(text)];
  if (!text.startsWith('urn:epc:idpat:')) return [{ kind: 'exact', id: canonicalId(text) }];
  const patterns = urnPatterns(text, classes);
  return /^urn:epc:idpat:(sgtin|grai):\d+\.\d+\.\*$/.test(text) && classes
    ? [{ kind: 'exact', id: canonicalId(text) }, ...patterns]
    : patterns;
}

function linkPattern(text: string): IdPattern {
  const path = /^https?:\/\/[^/]+(\/.*)\*$/i.exec(text)?.[1];
  if (path === undefined || !path.endsWith('/') || path.includes('*')) {
    throw new ProtocolError('epcis-identifier', 'A Digital Link pattern ends in /* and has no other asterisk', {
      value: text,
    });
  }
  return { kind: 'prefix', prefix: canonicalOrigin + path };
}

function urnPatterns(text: string, classes: boolean): IdPattern[] {
  const [, scheme = '', body = ''] = /^urn:epc:idpat:([a-z]+):(.+)$/.exec(text) ?? [];
  const key = Object.hasOwn(keys, scheme) ? keys[scheme as keyof typeof keys] : undefined;
  const parts = body.split('.');
  const firstOpen = parts.indexOf('*');
  if (key === undefined || firstOpen < 0 || parts.slice(firstOpen).some((part) => part !== '*')) {
    throw new ProtocolError('epcis-identifier', 'An EPC pattern of a kind known here, with its asterisks at the end', {
      value: text,
    });
  }
  const qualifier = scheme === 'sgtin' && classes ? '/10/' : key.qualifier;
  const start = canonicalOrigin + key.path;
  if (firstOpen === 0) return [{ kind: 'prefix', prefix: start }];
  const [prefix = '', reference = ''] = parts;
  if (!/^\d{6,12}$/.test(prefix)) {
    throw new ProtocolError('gs1-company-prefix', 'A company prefix has 6 to 12 digits', { value: text });
  }
  if (scheme === 'giai') return [{ kind: 'prefix', prefix: start + prefix }];
  if (firstOpen === 1) return openReference(key, start, prefix, qualifier, parts.length);
  return [{ kind: 'prefix', prefix: fixedReference(text, key, scheme, prefix, reference, qualifier) }];
}

type Key = (typeof keys)[keyof typeof keys];

/** The reference is open: any indicator digit may stand in front of the company prefix. */
function openReference(key: Key, start: string, prefix: string, qualifier: string | null, parts: number): IdPattern[] {
  const leads = key.indicator ? [...'0123456789'] : [''];
  const digits = key.bodyDigits - (key.indicator ? 1 : 0) - prefix.length + 1;
  return leads.map((lead) =>
    qualifier === null || parts < 3
      ? { kind: 'prefix', prefix: start + lead + prefix }
      : { kind: 'shaped', prefix: start + lead + prefix, digits, rest: qualifier },
  );
}

/** The key is fixed and only what follows it is open: the key's own reader adds the check digit. */
function fixedReference(
  text: string,
  key: Key,
  scheme: string,
  prefix: string,
  reference: string,
  qualifier: string | null,
): string {
  if (qualifier === null) {
    throw new ProtocolError('epcis-identifier', 'Nothing is left open in this pattern', { value: text });
  }
  if (scheme === 'sgtin' || scheme === 'lgtin') {
    return canonicalId(`urn:epc:idpat:sgtin:${prefix}.${reference}.*`) + qualifier;
  }
  if (scheme === 'grai') return canonicalId(`urn:epc:idpat:grai:${prefix}.${reference}.*`) + qualifier;
  return canonicalId(`urn:epc:id:sgln:${prefix}.${reference}.0`) + (key.qualifier ?? '');
}
