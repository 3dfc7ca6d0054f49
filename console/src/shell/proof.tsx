import type { Evidence } from '../api/shapes.ts';
import { formatNumber } from '../format/number.ts';
import { organisationName, stepName } from '../format/term.ts';
import { Identifier } from './identifier.tsx';
import { Time } from './time.tsx';

/** What proves a line: the signed event, and the transaction and block of the ledger that hold it. */
export function Proof({ evidence }: { evidence: readonly (Evidence | null)[] }) {
  const proofs = evidence.filter((each) => each !== null);
  const distinct = [...new Map(proofs.map((proof) => [proof.event, proof])).values()];
  if (distinct.length === 0) return null;
  return (
    <details className="proof">
      <summary>Proof</summary>
      {distinct.map((proof) => (
        <dl key={proof.event}>
          <dt>Event</dt>
          <dd>
            {stepName(proof.bizStep)}, <Time ms={proof.timeMs} /> <Identifier id={proof.event} name="event id" />
          </dd>
          <dt>Signed by</dt>
          <dd>
            {organisationName(proof.mspId)} <span className="muted">({proof.signer})</span>
          </dd>
          <dt>Transaction</dt>
          <dd>
            <Identifier id={proof.transactionId} name="transaction id" /> in block {formatNumber(proof.block)}
          </dd>
        </dl>
      ))}
    </details>
  );
}
