import { encodeState, noAttribute, type SigningKey, signCapture, stateKey, toBase64Url } from '@hopline/protocol';
import type { BlockFacts, TransactionFacts } from '../../../ledger-gateway/src/ledger/block-facts.ts';
import { type ChainSites, chainProducts } from './chain-sites.ts';
import type { ChainTransaction } from './open-transaction.ts';
import { documentOf } from './to-epcis.ts';

/** Transactions of a block, as a ledger with some traffic has them. */
export const transactionsPerBlock = 10;

/** Block 0 of a chain: its sites and products. */
export function registryBlock(sites: ChainSites, timeMs: number): BlockFacts {
  const writes = [
    ...Object.values(sites)
      .flat()
      .map((site) => ({ key: stateKey('site', site.gln), value: encodeState('site', { schema: 1, ...site }) })),
    ...Object.entries(chainProducts).flatMap(([kind, products]) =>
      products.map((gtin, index) => ({
        key: stateKey('product', gtin),
        value: encodeState('product', {
          schema: 1,
          gtin,
          mspId: kind === 'raw' || kind === 'bulk' ? 'GrowersMSP' : 'FreshHubMSP',
          name: `${kind} ${index + 1}`,
          limits: [],
        }),
      })),
    ),
  ];
  const id = transactionId(0, 0);
  return {
    number: 0,
    transactions: [
      { position: 0, id, code: 0, timeMs, mspId: 'GrowersMSP', name: 'registry:PutSite', argument: '{}', writes },
    ],
  };
}

/** A block of captures as a peer gives it: the statements and what the chaincode wrote. */
export async function captureBlock(
  number: number,
  transactions: readonly ChainTransaction[],
  key: SigningKey,
): Promise<BlockFacts> {
  return {
    number,
    transactions: await Promise.all(
      transactions.map(async (transaction, position): Promise<TransactionFacts> => {
        const { events, timeMs, mspId } = transaction;
        const document = documentOf(
          events.map(({ event }) => event),
          timeMs,
        );
        const statement = toBase64Url(await signCapture(key, 'provenance', 'app', document));
        return {
          position,
          id: transactionId(number, position),
          code: 0,
          timeMs,
          mspId,
          name: 'provenance:Capture',
          argument: JSON.stringify({ statement }),
          writes: [
            ...events.map(({ record }) => ({
              key: stateKey('event', record.event, record.declaration ?? noAttribute),
              value: encodeState('event', record),
            })),
            ...transaction.items.map((record) => ({
              key: stateKey('item', record.item),
              value: encodeState('item', record),
            })),
            ...transaction.transformations.map((record) => ({
              key: stateKey('transformation', record.id),
              value: encodeState('transformation', record),
            })),
          ],
        };
      }),
    ),
  };
}

/** A transaction's id in the form that Fabric's have. */
export function transactionId(block: number, position: number): string {
  return `${block.toString(16).padStart(32, '0')}${position.toString(16).padStart(32, '0')}`;
}
