import {
  associated,
  harvested,
  observed,
  packed,
  received,
  shipped,
  sold,
  transformed,
  unpacked,
} from './epcis-events.ts';
import type { Member } from './member.ts';
import type { SuiteContext } from './suite-context.ts';

/** The places and things of the lettuce story. */
export interface Lettuce {
  readonly fields: readonly [string, string];
  readonly packhouse: string;
  readonly warehouses: readonly [string, string];
  readonly stores: readonly string[];
  readonly fieldLots: readonly [string, string];
  readonly caseLots: readonly [string, string];
  readonly pallets: readonly [string, string];
  readonly tracker: string;
}

/** Registers the places and makes up the lots, with numbers as growers write them. */
export async function plantLettuce({ growers, freshHub, retail, ids }: SuiteContext): Promise<Lettuce> {
  const lot = (gtin: string, number: string) => `https://id.gs1.org/01/${gtin}/10/${encodeURIComponent(number)}`;
  const [raw, cases] = [ids.gtin(), ids.gtin()];
  const stores: string[] = [];
  for (let i = 1; i <= 6; i++) stores.push(await retail.openSite('store', `Store ${i}`));
  return {
    fields: [await growers.openSite('field', 'Upper field'), await growers.openSite('field', 'Lower field')],
    packhouse: await freshHub.openSite('packhouse', 'Packhouse'),
    warehouses: [await freshHub.openSite('warehouse', 'East'), await freshHub.openSite('warehouse', 'West')],
    stores,
    fieldLots: [lot(raw, 'F/26 1'), lot(raw, 'F/26 2')],
    caseLots: [lot(cases, 'C26-07%A'), lot(cases, 'C26-07%B')],
    pallets: [ids.sscc(), ids.sscc()],
    tracker: ids.giai(),
  };
}

const day = (hour: number, minute = 0) =>
  `2026-04-20T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00+02:00`;

/** Tells the story from the field to the shop's till, event by event, each captured by whom it is for. */
export async function tellLettuce({ growers, freshHub, retail }: SuiteContext, story: Lettuce): Promise<void> {
  await harvestAndDeliver(growers, freshHub, story);
  await packAndStore(freshHub, story);
  for (const [index, store] of story.stores.entries()) {
    const [warehouse, cases] = [story.warehouses[index % 2] ?? '', story.caseLots[index % 2] ?? ''];
    await freshHub.capture(shipped({ at: day(16, index), gln: warehouse }, store, [], [[cases, 40, 'EA']]));
    await retail.capture(received({ at: day(18, index), gln: store }, [], [[cases, 40, 'EA']]));
  }
  const [store = ''] = story.stores;
  await retail.capture(sold({ at: day(19), gln: store }, [[story.caseLots[0], 15, 'EA']]));
}

async function harvestAndDeliver(growers: Member, freshHub: Member, story: Lettuce): Promise<void> {
  for (const [index, field] of story.fields.entries()) {
    const lot = story.fieldLots[index] ?? '';
    await growers.capture(
      harvested({ at: day(5, index), gln: field }, [[lot, 500.5, 'KGM']]),
      shipped({ at: day(6, index), gln: field }, story.packhouse, [], [[lot, 480, 'KGM']]),
    );
    await freshHub.capture(received({ at: day(7, index), gln: story.packhouse }, [], [[lot, 480, 'KGM']]));
  }
}

async function packAndStore(freshHub: Member, story: Lettuce): Promise<void> {
  const { packhouse, fieldLots, caseLots, pallets, warehouses, tracker } = story;
  await freshHub.capture(
    observed({ at: day(8), gln: packhouse }, 'other', [[fieldLots[0], 480, 'KGM']]),
    transformed(
      { at: day(9), gln: packhouse },
      [
        [fieldLots[0], 480, 'KGM'],
        [fieldLots[1], 480, 'KGM'],
      ],
      [
        [caseLots[0], 120, 'EA'],
        [caseLots[1], 120, 'EA'],
      ],
    ),
    packed({ at: day(10), gln: packhouse }, pallets[0], [[caseLots[0], 120, 'EA']]),
    packed({ at: day(10, 30), gln: packhouse }, pallets[1], [[caseLots[1], 120, 'EA']]),
    associated({ at: day(11), gln: packhouse }, 'ADD', pallets[0], tracker),
    shipped({ at: day(12), gln: packhouse }, warehouses[0], [pallets[0]]),
    shipped({ at: day(12, 5), gln: packhouse }, warehouses[1], [pallets[1]]),
  );
  await freshHub.capture(
    received({ at: day(14), gln: warehouses[0] }, [pallets[0]]),
    associated({ at: day(14, 5), gln: warehouses[0] }, 'DELETE', pallets[0], tracker),
    unpacked({ at: day(14, 10), gln: warehouses[0] }, pallets[0]),
    received({ at: day(14, 30), gln: warehouses[1] }, [pallets[1]]),
    unpacked({ at: day(14, 40), gln: warehouses[1] }, pallets[1]),
  );
}
