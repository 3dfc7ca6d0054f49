import { plannedOnce, type Queryable } from '../store/database.ts';
import type { Evidence, Place } from './shapes.ts';

/** Evidence by event hash, for a list of events; error declarations are not what proves an event. */
export async function evidenceOf(on: Queryable, events: Iterable<string | null>): Promise<Map<string, Evidence>> {
  const wanted = [...new Set([...events].filter((event) => event !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await on.query<{
    event: string;
    type: string;
    biz_step: string | null;
    disposition: string | null;
    time_ms: number;
    msp_id: string;
    signer: string;
    transaction_id: string;
    block: number;
  }>(
    `select event, type, biz_step, disposition, time_ms, msp_id, signer, transaction_id, block
     from events where event = any($1::text[]) order by declaration desc`,
    [wanted],
  );
  return new Map(
    rows.map((row) => [
      row.event,
      {
        event: row.event,
        type: row.type,
        bizStep: row.biz_step,
        disposition: row.disposition,
        timeMs: row.time_ms,
        mspId: row.msp_id,
        signer: row.signer,
        transactionId: row.transaction_id,
        block: row.block,
      },
    ]),
  );
}

/** Places by GLN; one that is not registered is there with its number alone. */
export async function placesOf(on: Queryable, glns: Iterable<string | null>): Promise<(gln: string) => Place> {
  const wanted = [...new Set([...glns].filter((gln) => gln !== null))];
  const rows =
    wanted.length === 0
      ? []
      : await on.query<{ gln: string; name: string; kind: string; msp_id: string }>(
          `select gln, name, kind, msp_id from sites where gln = any($1::text[])`,
          [wanted],
          plannedOnce,
        );
  const known = new Map(
    rows.map(({ gln, name, kind, msp_id }): [string, Place] => [gln, { gln, name, kind, custodian: msp_id }]),
  );
  return (gln) => known.get(gln) ?? { gln, name: null, kind: null, custodian: null };
}
