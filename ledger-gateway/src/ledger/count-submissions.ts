import type { Counter } from 'prom-client';
import { GatewayError } from '../gateway-error.ts';
import type { Ledger } from './ledger.ts';

/** The ledger with its submissions counted by outcome. */
export function countSubmissions(ledger: Ledger, transactions: Counter<'name' | 'outcome'>): Ledger {
  return {
    ...ledger,
    async submit(name, input) {
      try {
        const committed = await ledger.submit(name, input);
        transactions.inc({ name, outcome: 'valid' });
        return committed;
      } catch (error) {
        transactions.inc({ name, outcome: error instanceof GatewayError ? error.code : 'internal' });
        throw error;
      }
    },
  };
}
