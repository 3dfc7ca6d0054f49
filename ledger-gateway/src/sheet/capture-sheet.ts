import { GatewayError } from '../gateway-error.ts';
import type { AppContext } from '../http/app-context.ts';
import { captureDocument } from '../intake/capture.ts';
import { convertUpload, hasError, type NamedEvent } from './preview-sheet.ts';
import { refusedRows } from './rehearse-part.ts';
import { sheetLimits } from './sheet-limits.ts';
import { capturesOf, type PartState, putUpload, type Upload } from './sheet-store.ts';
import { splitParts } from './split-parts.ts';

/** How far a capture has come. */
export interface CaptureProgress {
  readonly upload: Upload;
  /** Upload of the same file whose capture this is; `null` where it is its own. */
  readonly sameAs: string | null;
}

/**
 * Captures an upload that is right, part by part, each one transaction. It answers when all is captured or its turn is over;
 * asking again goes on with the first part that is not done. A crash loses nothing: what is on the ledger already is
 * recognised by its hash. A file that was captured before for the same step is not captured again unless `again` says so.
 * @throws GatewayError `sheet-incorrect` where it has errors or no mapping; a refusal of the ledger with the part's name: the
 *   parts before it stay captured
 */
export async function captureSheet(app: AppContext, upload: Upload, again: boolean): Promise<CaptureProgress> {
  const { mapping } = upload;
  if (upload.state === 'captured') return { upload, sameAs: null };
  if (mapping === null) throw new GatewayError('sheet-incorrect', 'the columns are not mapped yet', { id: upload.id });
  const before = again
    ? undefined
    : (await capturesOf(app.store, upload.digest, app.clock.now())).find((each) => isSame(each, upload));
  if (before) return { upload: before, sameAs: before.id };

  const { events, problems } = await convertUpload(app, upload, mapping);
  if (hasError(problems) || events.length === 0) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    throw new GatewayError('sheet-incorrect', 'the sheet is not right yet: nothing was captured', {
      errors: errors.length,
      first: errors[0] ?? null,
    });
  }
  const plan = splitParts(events);
  const parts = upload.state === 'open' ? plan.map(({ name, events: list }) => todo(name, list)) : [...upload.parts];
  if (parts.length !== plan.length) {
    throw new GatewayError('conflict', 'the sheet reads differently than when its capture began: upload it again', {});
  }
  let current: Upload = { ...upload, state: 'capturing', parts };
  if (upload.state === 'open') await putUpload(app.store, current);
  const startedMs = app.clock.now();
  for (const [index, part] of parts.entries()) {
    if (part.done) continue;
    if (app.clock.now() - startedMs > sheetLimits.captureTurnMs) return { upload: current, sameAs: null };
    const list = plan[index]?.events ?? [];
    parts[index] = await capturePart(app, part, list as readonly NamedEvent[], parts);
    current = { ...current, parts: [...parts] };
    await putUpload(app.store, current);
  }
  const nowMs = app.clock.now();
  const captured: Upload = {
    ...current,
    state: 'captured',
    capturedMs: nowMs,
    expiresMs: nowMs + sheetLimits.capturedKeptMs,
  };
  await putUpload(app.store, captured);
  return { upload: captured, sameAs: null };
}

/** Captures the events of a part that are not on the ledger yet, in one transaction. */
async function capturePart(
  app: AppContext,
  part: PartState,
  events: readonly NamedEvent[],
  parts: readonly PartState[],
): Promise<PartState> {
  const known = events.filter(({ knownIn }) => knownIn !== null);
  const earlier = [...new Set(known.flatMap(({ knownIn }) => knownIn ?? []))];
  const fresh = events.filter(({ knownIn }) => knownIn === null);
  if (fresh.length === 0) return { ...part, known: known.length, transactionIds: earlier, done: true };
  try {
    const document = fresh.map(({ event }) => event);
    const { transactionId, block, events: results } = await captureDocument(app.capture, document);
    return {
      ...part,
      known: known.length,
      transactionIds: [...earlier, transactionId],
      block,
      flags: [...new Set(results.flatMap(({ flags }) => flags))],
      done: true,
    };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const details = {
      ...error.details,
      part: part.name,
      rows: refusedRows(error, fresh),
      partsCaptured: parts.filter(({ done }) => done).length,
      parts: parts.length,
    };
    const { retryAfterMs } = error;
    const rows = details.rows.length === 0 ? '' : ` (row ${details.rows[0]})`;
    throw new GatewayError(error.code, `${part.name}: ${error.message}${rows}`, details, {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}

function todo(name: string, events: readonly { readonly rows: readonly number[] }[]): PartState {
  return {
    name,
    rows: events.flatMap(({ rows }) => rows),
    events: events.length,
    known: 0,
    transactionIds: [],
    block: null,
    flags: [],
    done: false,
  };
}

function isSame(one: Upload, other: Upload): boolean {
  return one.mapping?.step === other.mapping?.step && one.mapping?.sheet === other.mapping?.sheet;
}
