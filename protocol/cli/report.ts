import type { Problem } from '../src/epcis/index.ts';

/** Where an event is, and which. For a fault of the document: the place of the fault, and no type or time. */
export interface Place {
  readonly file: string;
  /** JSON pointer (RFC 6901); empty for the whole document. */
  readonly pointer: string;
  readonly type: string | null;
  /** As it was written. */
  readonly eventTime: string | null;
}

/** Something about a right event that its sender should look at. `first` is the event that came before it. */
export interface Remark {
  readonly code: 'event-id-conflict' | 'repetition';
  readonly first: { readonly file: string; readonly pointer: string };
  readonly message: string;
}

export interface Refused extends Place {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

export interface Validated extends Place {
  readonly ok: true;
  readonly remarks: readonly Remark[];
}

export interface Hashed extends Place {
  readonly ok: true;
  readonly hash: string;
  readonly preHash?: string;
  /** Null where the event declares no error. */
  readonly declaration?: string | null;
}

/** What is said about one event: a line of text, or with `--json` this object. */
export type Report = Refused | Validated | Hashed;
