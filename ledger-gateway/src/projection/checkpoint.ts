import type { Queryable } from '../store/database.ts';

export interface Checkpoint {
  /** How many blocks have been applied: the number of the next one. */
  readonly height: number;
  readonly blockTimeMs: number;
  readonly registryHeight: number;
}

/** The checkpoint, locked until the transaction ends where `tx` is one. */
export async function readCheckpoint(tx: Queryable, lock: 'for update' | '' = ''): Promise<Checkpoint> {
  const [row] = await tx.query<{ height: number; block_time_ms: number; registry_height: number }>(
    `select height, block_time_ms, registry_height from checkpoint ${lock}`,
  );
  if (!row) throw new Error('the checkpoint is missing');
  return { height: row.height, blockTimeMs: row.block_time_ms, registryHeight: row.registry_height };
}
