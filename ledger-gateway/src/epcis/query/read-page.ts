import { epcisLimits } from '../limits.ts';
import { parameterError } from './parameter-error.ts';

/** What part of a result a client wants. */
export interface PageRequest {
  readonly perPage: number;
  readonly token: string | undefined;
}

/** Reads `perPage` and `nextPageToken`; a page is never larger than `maxPerPage`. Throws `query-parameter`. */
export function readPage(search: URLSearchParams): PageRequest {
  const text = search.get('perPage');
  if (text !== null && !/^[1-9]\d{0,8}$/.test(text)) {
    throw parameterError('perPage', 'A whole number from 1 on is needed here', { value: text });
  }
  const perPage = text === null ? epcisLimits.defaultPerPage : Number(text);
  return { perPage: Math.min(perPage, epcisLimits.maxPerPage), token: search.get('nextPageToken') ?? undefined };
}
