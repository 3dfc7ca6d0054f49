import type { Logger } from 'pino';
import type { Caller } from '../auth/caller.ts';
import type { TokenVerifier } from '../auth/oidc.ts';
import type { OrganisationKeys } from '../auth/organisation-keys.ts';
import type { Clock } from '../clock.ts';
import type { CaptureWorker } from '../epcis/capture/capture-worker.ts';
import type { QuerySockets } from '../epcis/socket/query-sockets.ts';
import type { SubscriptionWorker } from '../epcis/subscription/subscription-worker.ts';
import type { IntakeContext } from '../intake/anchor-upload.ts';
import type { CaptureContext } from '../intake/capture.ts';
import type { RegistryCopies } from '../intake/registry-copy.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerView } from '../ledger/ledger-watch.ts';
import type { MasterDataImports } from '../master-data/imports.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { SecretBox } from '../notify/secret-box.ts';
import type { Projection } from '../projection/projection.ts';
import type { Edges } from '../query/batch-readings.ts';
import type { RecallKeeper } from '../recall/keeper.ts';
import type { Store } from '../store/store.ts';
import type { Live } from './live.ts';
import type { Metrics } from './metrics.ts';

/** All that the routes of one gateway work with. */
export interface AppContext {
  readonly mspId: string;
  readonly organisationName: string;
  readonly channel: string;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly projection: Projection;
  readonly keys: OrganisationKeys;
  readonly intake: IntakeContext;
  readonly capture: CaptureContext;
  readonly epcis: {
    readonly captures: CaptureWorker;
    readonly subscriptions: SubscriptionWorker;
    readonly sockets: QuerySockets;
    /** Told with each block that holds events. */
    readonly news: Live;
    readonly box: SecretBox;
  };
  readonly notifier: Notifier;
  /** What recalls need beside the ledger: the work that follows from them, and the seal of contacts' secrets. */
  readonly recalls: {
    readonly keeper: RecallKeeper;
    readonly box: SecretBox;
    /** Lots that one transaction takes into a recall. */
    readonly lotsPerTransaction: number;
  };
  readonly imports: MasterDataImports;
  readonly copies: RegistryCopies;
  readonly edges: Edges;
  readonly verifyToken: TokenVerifier | null;
  readonly ledgerView: () => LedgerView;
  /** Whether the projection has been current once since the start: before that, a registry copy could go back. */
  readonly caughtUp: () => boolean;
  readonly bootstrapped: () => boolean;
  readonly publicUrl: () => string;
  readonly consoleFolder: string | null;
  readonly trustProxy: boolean;
  readonly live: Live;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly log: Logger;
}

/** What a request carries with it through hono. */
export interface AppEnv {
  Variables: { caller: Caller | null; address: string };
}
