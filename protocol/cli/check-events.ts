import {
  defaultEpcisLimits,
  type JsonObject,
  type OpenedDocument,
  openDocument,
  type Problem,
  parseEvent,
} from '../src/epcis/index.ts';
import { ProtocolError } from '../src/error.ts';
import type { Place, Refused } from './report.ts';

/** A right event, with what its hash is made of. */
export interface Checked {
  readonly ok: true;
  readonly place: Place;
  readonly source: JsonObject;
}

/**
 * Checks every event of a document, also those behind a bad one; a fault of the document is a single refusal.
 * @param bytes the document, at most `defaultEpcisLimits.maxDocumentBytes`
 */
export function checkEvents(file: string, bytes: Uint8Array): Array<Checked | Refused> {
  let document: OpenedDocument;
  try {
    document = openDocument(bytes, defaultEpcisLimits);
  } catch (error) {
    return [refusedDocument(file, error, bytes.length)];
  }
  return document.sources.map((event) => {
    const { pointer, source } = event;
    const place = { file, pointer, type: textOrNull(source.type), eventTime: textOrNull(source.eventTime) };
    try {
      parseEvent(event, defaultEpcisLimits);
      return { ok: true, place, source };
    } catch (error) {
      return { ...place, ok: false, problems: problemsOf(error) };
    }
  });
}

/** The refusal of a whole document. Throws on what is no ProtocolError: that is a bug, not a fault of the document. */
export function refusedDocument(file: string, error: unknown, bytes?: number): Refused {
  const problems = problemsOf(error).map((problem) => ({
    ...problem,
    message: bytes === 0 ? 'The document is empty' : problem.message + syntaxFault(error),
  }));
  return { file, pointer: problems[0]?.pointer ?? '', type: null, eventTime: null, ok: false, problems };
}

function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof ProtocolError)) throw error;
  const { pointer, problems } = error.details;
  // parseEvent puts its list there, and nobody else uses the name.
  if (Array.isArray(problems)) return problems as Problem[];
  return [{ code: error.code, pointer: typeof pointer === 'string' ? pointer : '', message: error.message }];
}

/** A document that is not JSON has no pointers, but the parser of JSON knows line and column. */
function syntaxFault(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof SyntaxError) return `: ${cause.message}`;
  return cause instanceof TypeError ? ': these bytes are not UTF-8' : '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
