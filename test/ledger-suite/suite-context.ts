import type { LedgerClient } from './ledger-client.ts';
import type { Member } from './member.ts';
import type { RandomIds } from './random-ids.ts';

/** What the parts of the suite share: the three organisations of the channel, joined. */
export interface SuiteContext {
  readonly growers: Member;
  readonly freshHub: Member;
  readonly retail: Member;
  readonly ids: RandomIds;
  readonly clients: readonly LedgerClient[];
}
