/** How much one FSMA 204 sheet or check takes in at most; beyond it 413 names the limit, and the request has to be cut in parts. */
export const fsmaLimits = {
  maxLotsAsked: 500,
  /** Lots with those that a trace adds. */
  maxLots: 2_000,
  maxUnits: 5_000,
  /** Events read, with those that only add elements to others. */
  maxEvents: 20_000,
  /** Rows of all sheets together. */
  maxRows: 10_000,
  maxBodyBytes: 256 * 1024,
  maxWorkbooksAtOnce: 2,
  maxWorkbookMemoryMb: 1_024,
  /** Units inside units that are followed outwards. */
  maxNesting: 16,
} as const;
