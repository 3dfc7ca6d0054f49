/** How much one import of master data takes in, and how it is worked off. */
export const masterDataLimits = {
  maxFileBytes: 8 * 1024 * 1024,
  maxRecords: 5_000,
  /** Faults and changes that an answer shows; the counts are of all. */
  maxProblemsShown: 200,
  maxChangesShown: 500,
  /** Sheets of a workbook that are read. */
  maxSheets: 20,
  /** Transactions under way at once. */
  concurrentTransactions: 4,
  /** How long an answer waits for the end of the import before it gives the address where its progress is. */
  answerWaitMs: 5_000,
  maxRecordsPerPage: 500,
  /** Imports whose outcome is kept. */
  keptImports: 100,
} as const;
