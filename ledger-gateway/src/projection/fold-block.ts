import {
  type EventRecord,
  isStateKind,
  parseStateKey,
  parseStateWrite,
  type StateKind,
  type StateWrite,
  transactions,
} from '@hopline/protocol';
import type { BlockFacts, TransactionFacts } from '../ledger/block-facts.ts';
import type { BlockChanges, StateChange } from './block-changes.ts';
import { foldCapture } from './fold-capture.ts';
import { foldStatements } from './fold-statements.ts';
import { foldWorkItems, lastWorkItems } from './fold-work-items.ts';

/** Fabric's code of a valid transaction. */
const valid = 0;

/** Kinds of the world state that queries read; the others follow from statements and movements. */
const mirrored: ReadonlySet<StateKind> = new Set<StateKind>([
  'organisation',
  'policy',
  'site',
  'product',
  'edge-node',
  'device',
  'signer',
  'key',
  'revocation',
  'head',
  'holding',
  'unit',
  'transit',
  'discrepancy',
  'early',
  'shortfall',
  'transformation',
  'item',
  'event-id',
  'recall',
  'recall-scope',
  'recall-step',
  'hold',
  'acknowledgement',
  'finding',
]);

/** Kinds that a registry copy is made of: a write to one of them makes a new version. */
const registryKinds: ReadonlySet<string> = new Set<StateKind>(['organisation', 'device', 'revocation']);

/**
 * Turns a block into rows. Only valid transactions have an effect. Nothing here depends on anything but the block, so
 * that a rebuild gives the same rows.
 *
 * @throws ZodError, SyntaxError or ProtocolError for content that the chaincode of this version would not have written:
 *   the projection then stops, because passing over a block would be a lie
 */
export async function foldBlock(facts: BlockFacts): Promise<BlockChanges> {
  const effects: Effects[] = [];
  for (const transaction of facts.transactions) {
    if (transaction.code === valid) effects.push(await foldTransaction(facts.number, transaction));
  }
  const state = lastOfEachKey(effects.flatMap((effect) => effect.state));
  return {
    block: {
      number: facts.number,
      time_ms: Math.max(0, ...facts.transactions.map((transaction) => transaction.timeMs)),
      transactions: facts.transactions.length,
      valid: facts.transactions.filter((transaction) => transaction.code === valid).length,
    },
    transactions: facts.transactions.map((transaction) => ({
      block: facts.number,
      position: transaction.position,
      id: transaction.id,
      name: transaction.name,
      msp_id: transaction.mspId,
      time_ms: transaction.timeMs,
      code: transaction.code,
    })),
    state,
    registryChanged: state.some((change) => registryKinds.has(change.kind)),
    statements: effects.flatMap((effect) => effect.statements),
    excursions: effects.flatMap((effect) => effect.excursions),
    events: effects.flatMap((effect) => effect.events),
    eventItems: effects.flatMap((effect) => effect.eventItems),
    items: effects.flatMap((effect) => effect.items),
    movements: effects.flatMap((effect) => effect.movements),
    associations: effects.flatMap((effect) => effect.associations),
    indexed: effects.flatMap((effect) => effect.indexed),
    workItems: lastWorkItems(effects.flatMap((effect) => effect.workItems)),
  };
}

type Effects = Omit<BlockChanges, 'block' | 'transactions' | 'registryChanged'>;

async function foldTransaction(block: number, transaction: TransactionFacts): Promise<Effects> {
  const writes = transaction.writes.flatMap(({ key, value }) => {
    const write = parseStateWrite(key, value);
    return write ? [{ key, write }] : [];
  });
  const state = writes
    .filter(({ write }) => mirrored.has(write.kind))
    .map(
      ({ key, write }): StateChange => ({
        kind: write.kind,
        key: keyText(key),
        attributes: write.attributes,
        record: write.record,
        block,
        transaction_id: transaction.id,
      }),
    );
  const anchored =
    transaction.name === 'readings:AnchorStatements'
      ? await foldStatements(
          block,
          transaction,
          transactions[transaction.name].parse(JSON.parse(transaction.argument)).statements,
          newStatementKeys(writes.map(({ write }) => write)),
        )
      : { statements: [], excursions: [] };
  const captured =
    transaction.name === 'provenance:Capture'
      ? foldCapture(
          block,
          transaction,
          transactions[transaction.name].parse(JSON.parse(transaction.argument)).statement,
          eventRecords(writes.map(({ write }) => write)),
        )
      : { events: [], eventItems: [], items: [], movements: [], associations: [], indexed: [] };
  const written = writes.map(({ write }) => write);
  const workItems = foldWorkItems(block, transaction, eventRecords(written), written);
  return { state, ...anchored, ...captured, workItems };
}

/** Which statements a transaction anchored first, as `{node} {sequence}`: those anchored before have no write. */
function newStatementKeys(writes: readonly StateWrite[]): ReadonlySet<string> {
  return new Set(
    writes.flatMap((write) =>
      write.kind === 'statement' ? [`${write.attributes[0]} ${Number(write.attributes[1])}`] : [],
    ),
  );
}

function eventRecords(writes: readonly StateWrite[]): EventRecord[] {
  return writes
    .flatMap((write) => (write.kind === 'event' && write.record ? [write.record] : []))
    .sort((a, b) => a.position - b.position);
}

/** A key may be written by several transactions of a block; the last one counts. */
function lastOfEachKey(changes: readonly StateChange[]): StateChange[] {
  return [...new Map(changes.map((change) => [`${change.kind} ${change.key}`, change])).values()];
}

/** PostgreSQL's texts can't hold U+0000, which separates the parts of a composite key: U+001F stands for it. */
function keyText(key: string): string {
  const parsed = parseStateKey(key);
  return parsed && isStateKind(parsed.kind) ? parsed.attributes.join('\u001f') : key.replaceAll('\u0000', '\u001f');
}
