import type { Context } from 'hono';
import { GatewayError } from '../../gateway-error.ts';
import { mediaType } from '../../http/read-body.ts';
import { type EpcFormat, epcFormats } from '../answer/translate-identifiers.ts';

/** Versions of the standards that are spoken here. */
export const epcisVersion = '2.0.0';
export const cbvVersion = '2.0.0';

const jsonTypes = ['application/json', 'application/ld+json'] as const;
export type JsonType = (typeof jsonTypes)[number];

/**
 * The media type of the answer by `Accept` with its q-values (RFC 9110 §12.5.1).
 * @throws GatewayError `not-acceptable`, for XML among others
 */
export function negotiateType(c: Context): JsonType {
  const accept = c.req.header('accept');
  if (accept === undefined || accept.trim() === '') return 'application/json';
  const ranges = accept.split(',').map(readRange);
  const best = jsonTypes
    .map((type) => ({ type, quality: qualityOf(type, ranges) }))
    .reduce((a, b) => (b.quality > a.quality ? b : a));
  if (best.quality > 0) return best.type;
  throw new GatewayError('not-acceptable', 'events are answered in JSON only', { accept, offered: jsonTypes });
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = q === undefined ? 1 : Number(q.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range counts, whatever the others allow. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const candidate of [type, 'application/*', '*/*']) {
    const range = ranges.find((one) => one.type === candidate);
    if (range) return range.quality;
  }
  return 0;
}

/**
 * Refuses a body that is not JSON, before a byte of it is read: XML is not parsed here, so nothing in it can do harm.
 * @throws GatewayError `unsupported-media-type`
 */
export function demandJson(c: Context): void {
  const type = mediaType(c);
  if ((jsonTypes as readonly string[]).includes(type)) return;
  throw new GatewayError('unsupported-media-type', 'EPCIS is taken in JSON only', { type, accepted: jsonTypes });
}

/**
 * Checks the versions that a client allows or says it uses.
 * @throws GatewayError `not-acceptable`
 */
export function demandVersions(c: Context): void {
  demandVersion(c, 'EPCIS', epcisVersion);
  demandVersion(c, 'CBV', cbvVersion);
}

function demandVersion(c: Context, standard: 'EPCIS' | 'CBV', ours: string): void {
  const min = c.req.header(`GS1-${standard}-Min`);
  const max = c.req.header(`GS1-${standard}-Max`);
  const exact = c.req.header(`GS1-${standard}-Version`);
  const fits =
    (min === undefined || compareVersions(min, ours) <= 0) &&
    (max === undefined || compareVersions(max, ours) >= 0) &&
    (exact === undefined || compareVersions(exact, ours) === 0);
  if (fits) return;
  throw new GatewayError('not-acceptable', `${standard} ${ours} is spoken here`, {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(exact === undefined ? {} : { version: exact }),
  });
}

/** Compares the parts that both have: 2 and 2.0 mean 2.0.0. */
function compareVersions(a: string, b: string): number {
  if (!/^\d{1,3}(\.\d{1,3}){0,2}$/.test(a)) return Number.NaN;
  const theirs = a.split('.').map(Number);
  const ours = b.split('.').map(Number);
  const at = theirs.findIndex((part, index) => part !== ours[index]);
  return at < 0 ? 0 : (theirs[at] ?? 0) - (ours[at] ?? 0);
}

/** The wanted form of identifiers; Digital Links where nothing is said (EPCIS 2.0, REST bindings). Throws `not-acceptable`. */
export function epcFormat(c: Context): EpcFormat {
  const wanted = c.req.header('GS1-EPC-Format') ?? 'Always_GS1_Digital_Link';
  const format = epcFormats.find((one) => one === wanted);
  if (format !== undefined) return format;
  throw new GatewayError('not-acceptable', 'no such format of identifiers', { format: wanted, offered: epcFormats });
}

export const cbvFormats = ['No_Preference', 'Always_Web_URI', 'Always_URN', 'Never_Translates'] as const;

/** GS1-CBV-XML-Format speaks of XML only; a value that the standard does not know is refused all the same. */
export function demandCbvFormat(c: Context): void {
  const wanted = c.req.header('GS1-CBV-XML-Format');
  if (wanted === undefined || (cbvFormats as readonly string[]).includes(wanted)) return;
  throw new GatewayError('not-acceptable', 'no such format of terms', { format: wanted, offered: cbvFormats });
}
