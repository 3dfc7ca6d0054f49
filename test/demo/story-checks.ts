import type { ApiClient } from '../../infra/start/gateway-client.ts';
import { lotLink, unitLink } from '../../infra/story/keys.ts';
import { places } from '../../infra/story/network.ts';
import { caseGtin, fieldGtin, type Production } from '../../infra/story/production.ts';
import { lotAnswer, type TraceAnswer, traceAnswer, unitAnswer } from './answers.ts';

export interface StoryFindings {
  readonly hops: number;
  readonly trace: { readonly lot: string; readonly back: number; readonly forward: number; readonly ms: number };
  /** What does not hold, in words. */
  readonly problems: readonly string[];
}

/** Asks the questions of the story through a gateway and compares the answers with what was planned. */
export async function checkStory(gateway: ApiClient, productions: readonly Production[]): Promise<StoryFindings> {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  const [first] = productions;
  const warm = productions.flatMap(({ pallets }) => pallets).find((pallet) => pallet.dockMs > 0);
  if (!first || !warm) throw new Error('the story has no production with a warm pallet');
  const caseLot = warm.lots[0] ?? '';
  const fieldLot = first.fieldLots[0]?.lot ?? '';

  const back = await gateway.get(`${lotPath(caseGtin, caseLot)}/trace?direction=back`, traceAnswer);
  expect(
    same(
      back.lots,
      first.fieldLots.map(({ lot }) => lotLink(fieldGtin, lot)),
    ),
    `back from ${caseLot}: ${back.lots}`,
  );
  const forward = await gateway.get(`${lotPath(fieldGtin, fieldLot)}/trace?direction=forward`, traceAnswer);
  expect(
    same(
      forward.lots,
      first.caseLots.map((lot) => lotLink(caseGtin, lot)),
    ),
    `forward from ${fieldLot}: ${forward.lots}`,
  );
  expect(
    places.stores.every((store) => hasPlace(forward, store)),
    `forward from ${fieldLot} does not reach every store`,
  );

  const unit = await gateway.get(`/api/units/${warm.sscc}`, unitAnswer);
  const onIt = [...new Set(unit.contents.map(({ item }) => item))];
  expect(
    same(
      onIt,
      warm.lots.map((lot) => lotLink(caseGtin, lot)),
    ),
    `on the warm pallet: ${onIt}`,
  );
  expect(unit.conditions.excursions.length > 0, `no excursion on the warm pallet ${unitLink(warm.sscc)}`);

  let hops = 0;
  for (const production of productions) {
    for (const { lot } of production.fieldLots)
      hops += (await gateway.get(lotPath(fieldGtin, lot), lotAnswer)).hops.length;
    for (const lot of production.caseLots) {
      const answer = await gateway.get(lotPath(caseGtin, lot), lotAnswer);
      hops += answer.hops.length;
      const wasWarm = production === first && warm.lots.includes(lot);
      expect(
        answer.hops.every((hop) => hop.place.custodian && hop.arrived?.transactionId),
        `${lot} has a hop without proof or custodian`,
      );
      expect(
        places.stores.every((store) => answer.holdings.some(({ place }) => place.gln === store)),
        `${lot} is not in every store`,
      );
      expect(
        sum(answer.holdings.map(({ quantity }) => Number(quantity.amount))) === 80,
        `${lot}: its cases do not add up`,
      );
      expect(
        answer.conditions.excursions.length > 0 === wasWarm,
        `${lot}: ${answer.conditions.excursions.length} excursions`,
      );
      expect(
        hasConditionsInWarehouses(answer.conditions.stays),
        `${lot} has no conditions for its time in the warehouses`,
      );
    }
  }
  return {
    hops,
    trace: { lot: caseLot, back: back.lots.length, forward: forward.lots.length, ms: back.ms + forward.ms },
    problems,
  };
}

function lotPath(gtin: string, lot: string): string {
  return `/api/lots/${gtin}/${encodeURIComponent(lot)}`;
}

function hasPlace(trace: TraceAnswer, gln: string): boolean {
  return trace.nodes.some((node) => node.kind === 'place' && node.id === gln);
}

function hasConditionsInWarehouses(
  stays: readonly { place: { gln: string } | null; streams: readonly { stream: string }[] }[],
): boolean {
  return places.warehouses.every((warehouse) =>
    stays.some((stay) => stay.place?.gln === warehouse && stay.streams.some(({ stream }) => stream === 'temperature')),
  );
}

function same(found: readonly string[], wanted: readonly string[]): boolean {
  return found.length === wanted.length && wanted.every((each) => found.includes(each));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
