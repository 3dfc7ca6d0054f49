import type { CsvRow } from './csv.ts';

export interface RecordingOptions {
  /** Shifts all times so that the last row is at this one; `null` keeps them. Gaps stay as they are. */
  readonly endAtMs: number | null;
  /** Begins again after the last row, an ordinary interval later. */
  readonly repeat: boolean;
}

/** A recording being played: gives each row once, in the file's order. */
export interface Recording {
  /** Passes over what is before a time. */
  skipTo(fromMs: number): void;
  /** The next row not after `toMs`, or `null`. A row whose time steps back (a clock set wrong) comes at once. */
  next(toMs: number): CsvRow | null;
}

export function playRecording(rows: readonly CsvRow[], options: RecordingOptions): Recording {
  const first = rows[0];
  const last = rows.at(-1);
  if (!first || !last) return { skipTo: () => {}, next: () => null };
  const roundMs = last.atMs - first.atMs + ordinaryIntervalMs(rows);
  let shiftMs = options.endAtMs === null ? 0 : options.endAtMs - last.atMs;
  let index = 0;
  const peek = (): CsvRow | null => {
    if (index === rows.length) {
      if (!options.repeat) return null;
      index = 0;
      shiftMs += roundMs;
    }
    const row = rows[index];
    return row ? { atMs: row.atMs + shiftMs, valueC: row.valueC } : null;
  };
  return {
    skipTo(fromMs) {
      if (options.repeat && roundMs > 0) {
        const rounds = Math.floor((fromMs - (first.atMs + shiftMs)) / roundMs);
        if (rounds > 0) shiftMs += rounds * roundMs;
      }
      for (let row = peek(); row && row.atMs < fromMs; row = peek()) index++;
    },
    next(toMs) {
      const row = peek();
      if (!row || row.atMs > toMs) return null;
      index++;
      return row;
    },
  };
}

/** The median distance of two rows. */
function ordinaryIntervalMs(rows: readonly CsvRow[]): number {
  const gaps = rows.slice(1).map((row, index) => row.atMs - (rows[index]?.atMs ?? row.atMs));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}
