import { stateKey } from '@hopline/protocol';
import { type Context, Contract } from 'fabric-contract-api';
import { query, transact } from '../transaction.ts';
import { acknowledge } from './acknowledge.ts';
import { changeScope } from './change-scope.ts';
import { closeRecall } from './close-recall.ts';
import { notify } from './notify.ts';
import { openRecall } from './open-recall.ts';
import { recordFinding } from './record-finding.ts';
import { reopenRecall } from './reopen-recall.ts';

/** What has to come back, who knows of it, and what was found. Every method is a transaction or a query. */
export class RecallContract extends Contract {
  constructor() {
    super('recall');
  }

  async Open(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'recall:Open', argument, openRecall);
  }

  async ChangeScope(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'recall:ChangeScope', argument, changeScope);
  }

  async Notify(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'recall:Notify', argument, notify);
  }

  async Acknowledge(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'recall:Acknowledge', argument, acknowledge);
  }

  async RecordFinding(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'recall:RecordFinding', argument, recordFinding);
  }

  async Close(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'recall:Close', argument, closeRecall);
  }

  async Reopen(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'recall:Reopen', argument, reopenRecall);
  }

  async GetRecall(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'recall:GetRecall', argument, async ({ recallId }, reader) => {
      const recall = await reader.get('recall', stateKey('recall', recallId));
      return recall && { recall, acknowledgements: [...(await reader.list('acknowledgement', [recallId])).values()] };
    });
  }

  async GetHolds(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'recall:GetHolds', argument, async ({ item }, reader) => ({
      holds: [...(await reader.list('hold', [item])).values()],
    }));
  }
}
