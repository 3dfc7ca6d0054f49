import { type Head, stateKey } from '@hopline/protocol';
import { type Context, Contract } from 'fabric-contract-api';
import { query, transact } from '../transaction.ts';
import { anchorStatements } from './anchor-statements.ts';

/** Anchors what edge nodes say of their readings. */
export class ReadingsContract extends Contract {
  constructor() {
    super('readings');
  }

  async AnchorStatements(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'readings:AnchorStatements', argument, anchorStatements);
  }

  async GetHead(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'readings:GetHead', argument, async ({ node }, reader): Promise<Head> => {
      const head = await reader.get('head', stateKey('head', node));
      return head && { sequence: head.sequence, digest: head.digest, sealedAtMs: head.sealedAtMs };
    });
  }
}
