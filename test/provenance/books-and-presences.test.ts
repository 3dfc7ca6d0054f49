import { type EventRecord, strictPolicy, tolerantPolicy } from '@hopline/protocol';
import { inBaseUnit, type Quantity } from '@hopline/protocol/epcis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../chaincode/src/refused.ts';
import { enter, type Some } from '../../chaincode/src/testing/events.ts';
import type { MemoryLedger } from '../../chaincode/src/testing/memory-ledger.ts';
import { eventOf, lots, places, randomStep } from '../../chaincode/src/testing/random-steps.ts';
import { Trade } from '../../chaincode/src/testing/trade.ts';
import { movementRow } from '../../ledger-gateway/src/projection/fold-capture.ts';
import { foldPresences, type PresenceRow } from '../../ledger-gateway/src/projection/fold-presences.ts';
import { foldWorkItems, lastWorkItems } from '../../ledger-gateway/src/projection/fold-work-items.ts';
import { openEndMs } from '../../ledger-gateway/src/projection/rows.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
const runs = 40;

const policies = [
  ['strict', [strictPolicy('AMSP'), strictPolicy('BMSP')]],
  ['tolerant', [tolerantPolicy('AMSP'), tolerantPolicy('BMSP')]],
] as const;

/**
 * The gateway knows the chaincode's decisions by the movements of its events alone. After any history, what it makes of them
 * has to be what the ledger's own records say, event by event and all at once.
 */
describe.each(policies)('under %s policies', (_name, given) => {
  it(`the open presences are the books, and work items those that the records leave open (HOPLINE_SEED=${seed})`, async () => {
    const steps = fc.array(randomStep, { minLength: 20, maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const trade = new Trade([...given]);
        const gateway = new Gateway();
        const apply = async (event: Parameters<Trade['apply']>[0]) => {
          const before = await keysOf(trade.ledger);
          await trade.apply(event);
          await gateway.follow(trade, before);
        };
        for (const at of places) await apply(enter(at, { lots: lots.map((one): Some => [one, '40']) }));
        for (const step of all) {
          const event = await eventOf(step, trade.ledger);
          try {
            if (event) await apply(event);
          } catch (error) {
            if (!(error instanceof Refused)) throw error;
          }
        }
        const open = gateway.presences.filter(({ to_ms }) => to_ms === openEndMs);
        expect(amountsOf(open)).toEqual(await amountsByState(trade.ledger));
        expect(unitsOf(open)).toEqual(await unitsByState(trade.ledger));
        await assertWorkItems(gateway, trade.ledger);
      }),
      { seed, numRuns: runs },
    );
  }, 60_000);
});

/** What a gateway makes of the events, one block each. */
class Gateway {
  presences: PresenceRow[] = [];
  readonly #open = new Map<string, { kind: string; subject: string | null }>();
  #blocks = 0;

  get openItems() {
    return [...this.#open.values()];
  }

  async follow(trade: Trade, before: ReadonlySet<string>): Promise<void> {
    const record = await trade.ledger.at('event', trade.lastHash, '-');
    if (!record) throw new Error('the event left no record');
    this.#movePresences(record);
    const block = this.#blocks++;
    const transaction = {
      position: 0,
      id: `t${block}`,
      code: 0,
      timeMs: 0,
      mspId: record.mspId,
      name: '',
      argument: '',
    };
    const writes = await writesSince(trade.ledger, before);
    const changes = foldWorkItems(block, { ...transaction, writes: [] }, [record], writes);
    for (const { id, row } of lastWorkItems(changes)) {
      if (row && row.closed_block === null) this.#open.set(id, { kind: row.kind ?? '', subject: row.subject });
      else this.#open.delete(id);
    }
  }

  #movePresences(record: EventRecord): void {
    const rows = record.movements.map((movement, position) => movementRow(movement, position, record, 0));
    const subjects = new Set(rows.map(({ subject }) => subject));
    const open = this.presences.filter(({ subject, to_ms }) => subjects.has(subject) && to_ms === openEndMs);
    const changed = foldPresences(rows, open, Math.max(0, ...this.presences.map(({ id }) => id)) + 1);
    const byId = new Map(this.presences.map((presence) => [presence.id, presence]));
    for (const presence of changed) byId.set(presence.id, presence);
    this.presences = [...byId.values()];
  }
}

const watched = ['transit', 'unit', 'early', 'shortfall', 'discrepancy'] as const;

async function keysOf(ledger: MemoryLedger): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const kind of watched) for (const key of (await ledger.list(kind, [])).keys()) keys.add(key);
  return keys;
}

/** All that is there, as if it had just been written, and a deletion of all that is there no more. */
async function writesSince(ledger: MemoryLedger, before: ReadonlySet<string>) {
  const writes = [];
  const now = await keysOf(ledger);
  for (const kind of watched) {
    for (const [key, record] of await ledger.list(kind, [])) writes.push(ledger.writeOf(key, record));
  }
  for (const key of before) if (!now.has(key)) writes.push(ledger.writeOf(key, null));
  return writes;
}

function amountsOf(presences: readonly PresenceRow[]): string[] {
  return presences
    .filter(({ is_unit }) => !is_unit)
    .map(({ subject, at, where_id, remaining, uom }) =>
      line(subject, `${at} ${where_id}`, { amount: remaining ?? '', uom }),
    )
    .sort();
}

function line(item: string, where: string, quantity: Quantity): string {
  const { amount, dimension } = inBaseUnit(quantity);
  return `${item} ${where} ${amount} ${dimension}`;
}

async function amountsByState(ledger: MemoryLedger): Promise<string[]> {
  const found: string[] = [];
  for (const record of await ledger.all('holding')) found.push(line(record.item, `place ${record.place}`, record));
  for (const record of await ledger.all('transit')) found.push(line(record.item, `transit ${record.shipment}`, record));
  for (const { unit, items } of await ledger.all('unit')) {
    for (const record of items) found.push(line(record.item, `unit ${unit}`, record));
  }
  return found.sort();
}

function unitsOf(presences: readonly PresenceRow[]): string[] {
  return presences
    .filter(({ is_unit }) => is_unit)
    .map(({ subject, at, where_id }) => `${subject} ${at} ${where_id}`)
    .sort();
}

async function unitsByState(ledger: MemoryLedger): Promise<string[]> {
  return (await ledger.all('unit'))
    .map(({ unit, location }) => {
      const where =
        location.at === 'place' ? location.place : location.at === 'unit' ? location.unit : location.shipment;
      return `${unit} ${location.at} ${where}`;
    })
    .sort();
}

async function assertWorkItems(gateway: Gateway, ledger: MemoryLedger): Promise<void> {
  const subjects = (...kinds: string[]) =>
    gateway.openItems
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ subject }) => subject)
      .sort();
  const early = await ledger.all('early');
  expect(subjects('received-early')).toEqual(early.map(({ item }) => item).sort());
  const onTheWay = (await ledger.all('unit')).filter(({ location }) => location.at === 'transit');
  const transits = await ledger.all('transit');
  expect(subjects('overdue-shipment')).toEqual(
    [...onTheWay.map(({ unit }) => unit), ...transits.map(({ item }) => item)].sort(),
  );
  const differences = (await ledger.all('discrepancy')).filter(({ kind }) => kind === 'short' || kind === 'over');
  expect(subjects('received-short', 'received-over')).toEqual(differences.map(({ item }) => item).sort());
  for (const { item, open } of await ledger.all('shortfall')) {
    if (open !== '0') expect(subjects('not-held', 'units-differ')).toContain(item);
  }
}
