/** What the Worker is asked to do: `count` operations, hashes and inserts in groups of `group`. */
export interface WorkTask {
  readonly kind: 'nothing' | 'verify' | 'verify-reading' | 'hash' | 'commit';
  readonly count: number;
  readonly group: number;
}
