import type { Batch } from '../api/overview.ts';
import type { Site } from '../api/sites.ts';
import { formatNumber } from '../format/number.ts';
import { Badge } from '../shell/badge.tsx';
import { Identifier } from '../shell/identifier.tsx';
import { Message } from '../shell/message.tsx';
import { Age } from '../shell/time.tsx';
import { siteOfNode } from './site-of-node.ts';

const shownBatches = 12;

/** Anchored batches, the latest first. */
export function BatchTable({ batches, sites }: { batches: readonly Batch[]; sites: readonly Site[] }) {
  if (batches.length === 0) return <Message title="No batch has been anchored yet" tone="empty" />;
  return (
    <div className="table-scroll">
      <table className="batches stacked">
        <thead>
          <tr>
            <th scope="col">Edge node</th>
            <th scope="col" className="number">
              Sequence
            </th>
            <th scope="col" className="number">
              Readings
            </th>
            <th scope="col">Merkle root</th>
            <th scope="col">Transaction</th>
            <th scope="col" className="number">
              Block
            </th>
            <th scope="col">Sealed</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {batches.slice(0, shownBatches).map((batch) => (
            <tr key={`${batch.node} ${batch.sequence}`}>
              <th scope="row">
                {siteOfNode(sites, batch.node)?.name ?? batch.node}{' '}
                <span className="muted small nowrap">{batch.node}</span>
              </th>
              <td className="number" data-label="Sequence">
                {formatNumber(batch.sequence)}
              </td>
              <td className="number" data-label="Readings">
                {batch.size === 0 ? <span className="muted">idle</span> : formatNumber(batch.size)}
              </td>
              <td data-label="Merkle root">
                <Identifier id={batch.root} name="Merkle root" />
              </td>
              <td data-label="Transaction">
                <Identifier id={batch.transactionId} name="transaction id" />
              </td>
              <td className="number" data-label="Block">
                {formatNumber(batch.block)}
              </td>
              <td className="nowrap" data-label="Sealed">
                <Age ms={batch.sealedAtMs} />
              </td>
              <td data-label="State">
                <BatchState batch={batch} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BatchState({ batch }: { batch: Batch }) {
  if (batch.excursions > 0) {
    return (
      <Badge tone="danger">
        {formatNumber(batch.excursions)} {batch.excursions === 1 ? 'excursion' : 'excursions'}
      </Badge>
    );
  }
  if (!batch.summary) return <Badge tone="warn">Figures missing</Badge>;
  return <Badge tone="ok">Anchored</Badge>;
}
