import { fromBase64Url, parseStatement, toBase64Url } from '@hopline/protocol';
import type { TransactionFacts } from '../ledger/block-facts.ts';
import { hexBytes } from '../store/insert-rows.ts';
import type { RowOf } from './rows.ts';

/** Rows of the statements that a transaction anchored first. The chaincode has verified signatures and chain. */
export async function foldStatements(
  block: number,
  transaction: TransactionFacts,
  texts: readonly string[],
  anchoredFirst: ReadonlySet<string>,
): Promise<{ statements: RowOf<'statements'>[]; excursions: RowOf<'excursions'>[] }> {
  const statements: RowOf<'statements'>[] = [];
  const excursions: RowOf<'excursions'>[] = [];
  for (const text of texts) {
    const { statement, bytes, digest } = await parseStatement(fromBase64Url(text));
    const { node, sequence } = statement;
    if (!anchoredFirst.has(`${node} ${sequence}`)) continue;
    statements.push({
      node,
      sequence,
      digest: toBase64Url(digest),
      bytes: hexBytes(bytes),
      size: statement.size,
      root: toBase64Url(statement.root),
      registry_version: statement.registryVersion,
      from_ms: statement.fromMs,
      to_ms: statement.toMs,
      sealed_ms: statement.sealedAtMs,
      summary_digest: toBase64Url(statement.summaryDigest),
      excursions: statement.excursions.length,
      msp_id: transaction.mspId,
      transaction_id: transaction.id,
      block,
    });
    for (const [position, excursion] of statement.excursions.entries()) {
      excursions.push({
        node,
        sequence,
        position,
        device: excursion.device,
        stream: excursion.stream,
        rule: excursion.rule,
        from_ms: excursion.fromMs,
        to_ms: excursion.toMs,
        peak: excursion.peak,
      });
    }
  }
  return { statements, excursions };
}
