import { noAttribute, stateKey } from '@hopline/protocol';
import { type Context, Contract } from 'fabric-contract-api';
import { query, transact } from '../transaction.ts';
import { capture } from './capture.ts';

/** Where goods are and whose they are to move: applies EPCIS events by the rules of custody. */
export class ProvenanceContract extends Contract {
  constructor() {
    super('provenance');
  }

  async Capture(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'provenance:Capture', argument, capture);
  }

  /** Where an item is: loose at places, and directly in units. What is on the way stands in the shipping events. */
  async GetHoldings(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'provenance:GetHoldings', argument, async ({ item }, reader) => ({
      holdings: [...(await reader.list('holding', [item])).values()],
      units: [...(await reader.list('containment', [item])).values()],
    }));
  }

  async GetUnit(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'provenance:GetUnit', argument, ({ unit }, reader) => reader.get('unit', stateKey('unit', unit)));
  }

  /** An event by its hash; with the digest of an error declaration behind a `#`, that declaration. */
  async GetEvent(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'provenance:GetEvent', argument, ({ event }, reader) => {
      const [hash = event, declaration = noAttribute] = event.split('#');
      return reader.get('event', stateKey('event', hash, declaration));
    });
  }
}
