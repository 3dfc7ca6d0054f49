/** Limits of the worklist, by name. */
export const worklistLimits = {
  maxItemsPerPage: 200,
  maxNoteChars: 2_000,
  maxAssigneeChars: 200,
  /** How long goods may be on the way before somebody should ask after them, where the question names no other time. */
  defaultOverdueAfterMs: 3 * 86_400_000,
  maxOverdueAfterMs: 365 * 86_400_000,
} as const;
