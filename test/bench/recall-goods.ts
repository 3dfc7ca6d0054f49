import { canonicalLink } from '@hopline/protocol/gs1';
import { ignored } from '../../infra/start/gateway-client.ts';
import type { Stack } from '../../infra/start/stack.ts';
import { places } from '../../infra/story/network.ts';
import { caseGtin, fieldGtin } from '../../infra/story/production.ts';
import { type Amount, harvested, received, shipped, transformed } from '../ledger-suite/epcis-events.ts';
import { epcisDocument } from '../ledger-suite/member.ts';

/** Goods on the ledger that a recall of the field lots reaches, by canonical links. */
export interface RecallGoods {
  readonly fieldLots: readonly string[];
  readonly caseLots: readonly string[];
}

const lotsPerField = 1_000;
const lotsPerPacking = 100;
const casesOfLot = 80;
/** Of each lot as many cases are sent to a store. */
const casesSent = 30;
/** One delivery in four has not arrived. */
const deliveriesPerLate = 4;

/**
 * Captures the goods of `lots` lots: one field lot for up to a thousand, the rest case lots made of it, hundred in a
 * transformation. Of each case lot 50 cases stay in the packhouse and 30 go to a store; a quarter of these is on the way.
 */
export async function makeRecallGoods(
  { clients: { growers, freshHub, retail } }: Pick<Stack, 'clients'>,
  lots: number,
  tag: string,
): Promise<RecallGoods> {
  const fields = Math.ceil(lots / lotsPerField);
  const fieldLots = Array.from({ length: fields }, (_, index) => lotOf(fieldGtin, `${tag}F${index}`));
  const caseLots = Array.from({ length: lots - fields }, (_, index) => lotOf(caseGtin, `${tag}C${index}`));
  const [field, { packhouse }] = [places.fields[0] ?? '', places];
  // Long enough ago for every step to lie in the past, and in the order of the steps.
  const startMs = Date.now() - 3_600_000;
  const at = (minute: number) => new Date(startMs + minute * 60_000).toISOString();
  const packings = Math.max(1, Math.ceil(caseLots.length / lotsPerPacking));
  const all = fieldLots.map((lot): Amount => [lot, packings * 100, 'KGM']);
  await growers.post(
    '/api/capture',
    epcisDocument([harvested({ at: at(0), gln: field }, all), shipped({ at: at(1), gln: field }, packhouse, [], all)]),
    ignored,
  );
  await freshHub.post('/api/capture', epcisDocument([received({ at: at(2), gln: packhouse }, [], all)]), ignored);
  for (let packing = 0; packing < packings; packing++) {
    const packed = caseLots.slice(packing * lotsPerPacking, (packing + 1) * lotsPerPacking);
    const store = places.stores[packing % places.stores.length] ?? '';
    const amounts = (cases: number) => packed.map((lot): Amount => [lot, cases]);
    const input: Amount = [fieldLots[packing % fields] ?? '', 100, 'KGM'];
    const events = [
      transformed({ at: at(3), gln: packhouse }, [input], amounts(casesOfLot)),
      shipped({ at: at(4), gln: packhouse }, store, [], amounts(casesSent)),
    ];
    await freshHub.post('/api/capture', epcisDocument(events), ignored);
    if (packing % deliveriesPerLate === deliveriesPerLate - 1) continue;
    const arrived = epcisDocument([received({ at: at(5), gln: store }, [], amounts(casesSent))]);
    await retail.post('/api/capture', arrived, ignored);
  }
  return { fieldLots, caseLots };
}

function lotOf(gtin: string, lot: string): string {
  return canonicalLink({ kind: 'lgtin', gtin, lot });
}
