import type { Queryable } from '../store/database.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { columns } from './rows.ts';

/** Empties the derived tables and sets the checkpoint back. The gateway's own tables stay as they are. */
export async function clearProjection(tx: Queryable): Promise<Checkpoint> {
  await tx.query(`truncate ${Object.keys(columns).join(', ')}`);
  await tx.query('update checkpoint set height = 0, block_time_ms = 0, registry_height = 0');
  return readCheckpoint(tx);
}
