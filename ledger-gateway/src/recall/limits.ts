const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Limits of recalls in a gateway, by name. Times are milliseconds. */
export const recallLimits = {
  maxSuspects: 200,
  /** Transformations in a row that a scope is followed through. */
  maxLineageRounds: 64,
  /** Parts of lots that one frozen trace may tell of. */
  maxParts: 20_000,
  /** Single items, by serial number, of all lots of one recall. */
  maxSingleItems: 20_000,
  maxEvidenceBytes: 16 * 1024 * 1024,
  /** Frozen traces that a process keeps in memory, ready to be read. */
  maxParsedDocuments: 8,
  maxBodyBytes: 2 * 1024 * 1024,
  maxAcknowledgementBytes: 16 * 1024,
  maxRecallsPerPage: 100,
  maxStepsShown: 2_000,
  maxContacts: 5_000,
  maxContactsPerParty: 20,
  /** How long before a request its clock may have started. */
  maxClockMs: 30 * dayMs,
  /** Lots that a webhook names: thousands would make it larger than the outbox takes. */
  maxLotsInNotice: 500,
  /** After it a notice is no longer tried. */
  noticeValidMs: 7 * dayMs,
  /** Longest wait for an answer that a contact may be given. */
  maxAnswerMs: 30 * dayMs,
  /** How long a closed recall is still looked at, for notices of its end. */
  attendClosedMs: 30 * dayMs,
  /** Pauses of the keeper: while notices are under way, after a failure, and else at most. */
  pendingPauseMs: 2 * secondMs,
  failurePauseMs: 5 * secondMs,
  idlePauseMs: minuteMs,
  /** How long a frozen trace is kept that no recall names. */
  keepUnusedEvidenceMs: dayMs,
  evidenceTimeoutMs: 10 * secondMs,
  /** Frozen traces that are asked for in one round. */
  maxEvidenceWanted: 50,
  /** How often others are asked for evidence that is not here. */
  evidencePauseMs: 30 * secondMs,
} as const;
