/** What a reader of EPCIS documents accepts at most. Everything beyond is refused as `epcis-limit` or `too-large`. */
export interface EpcisLimits {
  /** UTF-8 bytes of a document given as text or bytes. */
  readonly maxDocumentBytes: number;
  readonly maxEventsPerDocument: number;
  /** Entries of any one list of an event: EPCs, quantities, sensor reports, business transactions. */
  readonly maxListEntriesPerEvent: number;
  /** Levels of objects and arrays, the document itself included. */
  readonly maxDepth: number;
  /** UTF-16 units of any one text in an event. */
  readonly maxTextChars: number;
}

/** Generous for capture over HTTP; a ledger transaction wants smaller ones. */
export const defaultEpcisLimits: EpcisLimits = {
  maxDocumentBytes: 8 * 1024 * 1024,
  maxEventsPerDocument: 5_000,
  maxListEntriesPerEvent: 10_000,
  maxDepth: 32,
  maxTextChars: 4_096,
};

/** What one transaction takes: a peer endorses within seconds, and all events of a document are one transaction. */
export const ledgerEpcisLimits: EpcisLimits = {
  maxDocumentBytes: 512 * 1024,
  maxEventsPerDocument: 200,
  maxListEntriesPerEvent: 500,
  maxDepth: 24,
  maxTextChars: 2_048,
};

/** How many faults of one event a refusal lists; the rest shows when these are mended. */
export const maxProblemsReported = 20;
