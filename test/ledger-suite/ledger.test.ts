import { vi } from 'vitest';
import { readConnectionProfile } from '../../infra/connection-profile.ts';
import { ledgerSuite } from './ledger-suite.ts';
import { openDevLedger } from './open-dev-ledger.ts';

// A real network on a busy machine takes its time for a transaction, and no test is about how long.
vi.setConfig({ testTimeout: 120_000 });

/** Path of a connection profile: the suite then runs on that ledger instead of a dev ledger of its own. */
const { HOPLINE_CONNECTION_PROFILE: profileFile } = process.env;

if (profileFile) {
  ledgerSuite(`the ledger of ${profileFile}`, async () => ({
    profile: await readConnectionProfile(profileFile),
    close: async () => {},
  }));
} else {
  ledgerSuite('the dev ledger', openDevLedger);
}
