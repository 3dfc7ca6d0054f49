/** What can be wrong with a cell, a row, or a whole mapping. */
export type SheetProblemCode =
  | 'missing'
  | 'not-mapped'
  | 'is-date'
  | 'is-error'
  | 'scientific-notation'
  | 'digits-lost'
  | 'zeros-restored'
  | 'identifier'
  | 'check-digit'
  | 'not-a-number'
  | 'not-positive'
  | 'too-precise'
  | 'unknown-unit'
  | 'date-format'
  | 'two-digit-year'
  | 'time-missing'
  | 'no-such-time'
  | 'ambiguous-time'
  | 'future'
  | 'far-back'
  | 'unknown-place'
  | 'foreign-place'
  | 'unknown-receiver'
  | 'unknown-product'
  | 'same-place'
  | 'incomplete-goods'
  | 'repeated'
  | 'contents-left-out'
  | 'too-many-lines'
  | 'one-sided'
  | 'already-captured'
  | 'invalid-event'
  | 'refused';

/** An error keeps a sheet from being captured; a warning asks for a look; a note says what was read differently than it stands. */
export type Severity = 'error' | 'warning' | 'note';

/** Something about a cell that whoever filled it in should know. */
export interface SheetProblem {
  /** Row as a spreadsheet numbers it; `null` where it concerns all of them. */
  readonly row: number | null;
  /** Column from 0; `null` for a constant, or the row as a whole. */
  readonly column: number | null;
  /** The field of the step that the cell was read for. */
  readonly field: string | null;
  readonly severity: Severity;
  readonly code: SheetProblemCode;
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
}

/** A fault of one value, before it is known where it stands. */
export type CellFault = Pick<SheetProblem, 'severity' | 'code' | 'message' | 'advice'>;

export function fault(code: SheetProblemCode, message: string, advice: string): CellFault {
  return { severity: 'error', code, message, advice };
}

export function note(code: SheetProblemCode, message: string, advice: string): CellFault {
  return { severity: 'note', code, message, advice };
}

export function warning(code: SheetProblemCode, message: string, advice: string): CellFault {
  return { severity: 'warning', code, message, advice };
}
