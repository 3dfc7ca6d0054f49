import { EdgeError } from '../error.ts';
import { migrations } from './migrations/index.ts';

/**
 * Brings the schema up to date, all missing migrations in one transaction. Throws `migration-unknown` on the disk of a
 * newer Hopline: an older one would not know what it destroys.
 */
export function migrate(storage: DurableObjectStorage, steps: readonly string[] = migrations): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)');
    const { version } = sql
      .exec<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM schema_version')
      .one();
    if (version > steps.length) {
      throw new EdgeError('migration-unknown', 'the disk was written by a newer version', {
        found: version,
        known: steps.length,
      });
    }
    for (const [index, statements] of steps.entries()) {
      if (index < version) continue;
      sql.exec(statements);
      sql.exec('INSERT INTO schema_version (version) VALUES (?)', index + 1);
    }
  });
}
