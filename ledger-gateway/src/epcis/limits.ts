/** Limits of the EPCIS interface, by name. */
export const epcisLimits = {
  /** Events of one capture, and bytes of its document: what `GS1-EPCIS-Capture-Limit` and `…-File-Size-Limit` say. */
  maxCaptureEvents: 5_000,
  maxCaptureBytes: 4 * 1024 * 1024,
  /** Capture jobs that are not finished; beyond it a capture is asked to come again. */
  maxOpenJobs: 32,
  /** Finished jobs are forgotten after this time, and beyond this number. */
  keepJobMs: 90 * 86_400_000,
  maxFinishedJobs: 20_000,
  /** Problems of one job that are kept in full; the rest is counted. */
  maxJobErrors: 500,
  /** Events of one transaction when a document is captured in groups, and bytes of their JSON. */
  maxGroupEvents: 50,
  maxGroupBytes: 256 * 1024,
  /** Pauses before a job tries again what the ledger could not take just now. */
  firstRetryMs: 500,
  maxRetryMs: 30_000,
  /** How often a transaction is tried again that the ledger committed as invalid. */
  maxConflictRetries: 5,
  defaultPerPage: 30,
  maxPerPage: 1_000,
  /** Bytes of events in one answer: a page ends early rather than grow beyond it. */
  maxPageBytes: 16 * 1024 * 1024,
  /** Largest result that `maxEventCount` may ask for to be counted. */
  maxCountedEvents: 100_000,
  /** Values of sensors and extensions by which one event is found; what goes beyond them is in the event only. */
  maxFurtherValuesPerEvent: 5_000,
  /** Patterns with an asterisk in one parameter: each is a range of its own. */
  maxPatternsPerParameter: 200,
  /** How long PostgreSQL may work on one query. */
  queryTimeoutMs: 20_000,
  /** Parameters of one query, values of one of them, and characters of one value. */
  maxParameters: 60,
  maxValuesPerParameter: 500,
  maxValueChars: 2_048,
  maxQueryBytes: 256 * 1024,
  /** Characters of an address with its query; longer queries are named ones. */
  maxUrlChars: 32 * 1024,
  maxQueries: 1_000,
  maxSubscriptionsPerQuery: 100,
  /** Subscriptions in all: each is looked at with every block. */
  maxSubscriptions: 1_000,
  /** Events and bytes of one report to a subscriber. */
  maxReportEvents: 100,
  maxReportBytes: 192 * 1024,
  /** Until when a report is worth delivering. */
  reportLifetimeMs: 7 * 86_400_000,
  /** WebSockets of one gateway and of one caller; each has one report in memory at most. */
  maxSockets: 200,
  maxSocketsPerCaller: 20,
  /** How often a socket's credentials are looked at again. */
  socketRecheckMs: 60_000,
  /** By how much two record times may stand against the order of their commits: a transaction's is within 15 minutes of now. */
  recordTimeSpreadMs: 2 * 15 * 60_000,
  /** How far ahead a schedule is searched for its next time: 29 February comes every eight years at most. */
  maxScheduleYears: 9,
  /** Longest pause of the subscriptions' worker, and of a socket with a schedule. */
  maxSubscriptionIdleMs: 30_000,
} as const;
