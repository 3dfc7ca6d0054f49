/** What a grower's sheet may be at most, and how long it is kept. Beyond it: 413, or 409 where others have to go first. */
export const sheetLimits = {
  maxFileBytes: 4 * 1024 * 1024,
  /** Parts of an XLSX archive, and what they come to unpacked: a small file can hold gigabytes of zeros. */
  maxArchiveEntries: 1_000,
  maxUnpackedBytes: 32 * 1024 * 1024,
  /** Rows that hold anything, the header included. */
  maxRows: 5_000,
  /** Records of a CSV file, those of delimiters alone included, which spreadsheets leave behind. */
  maxCsvRecords: 20_000,
  maxColumns: 100,
  maxCellChars: 1_000,
  /** Texts beyond it are neither dates nor amounts, and are not searched for them. */
  maxValueChars: 100,
  maxFormatChars: 500,
  maxFileNameChars: 200,
  /** Uploads of the organisation that are neither captured nor expired. */
  maxOpenUploads: 50,
  uploadKeptMs: 24 * 3_600_000,
  /** How long a captured file is recognised by its digest. After that its events still are, by their hashes. */
  capturedKeptMs: 90 * 86_400_000,
  maxRememberedMappings: 500,
  /** Goods of one event: what one ledger transaction takes, with room to spare. */
  maxLinesPerEvent: 400,
  /** Half of what a transaction may hold: a peer that has much to do endorses it in time all the same. */
  maxEventsPerPart: 100,
  maxPartBytes: 300 * 1024,
  /** Parts that a preview lets the chaincode look at; those after them see it when they are captured. */
  maxRehearsedParts: 3,
  /** After this long a capture answers with what it has done so far; asking again goes on. */
  captureTurnMs: 20_000,
  firstRows: 8,
  maxPreviewRows: 200,
  maxPreviewEvents: 100,
  maxProblems: 500,
  /** Older than this an event is shown as dated far back. */
  farBackMs: 60 * 86_400_000,
} as const;
