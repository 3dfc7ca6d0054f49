import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { insertRows } from '../store/insert-rows.ts';
import type { BlockChanges } from './block-changes.ts';
import { type DeviceChange, type DevicePlaceRow, foldDevicePlaces } from './fold-device-places.ts';
import { columns, openEndMs } from './rows.ts';

const placedSchema = z.looseObject({ place: z.string().nullable() });

/** Notes where devices are from now on. To be called before their records are replaced. */
export async function applyDevicePlaces(tx: Queryable, { state, transactions }: BlockChanges): Promise<void> {
  const times = new Map(transactions.map(({ id, time_ms }) => [id, time_ms as number]));
  const changes = state
    .filter(({ kind, record }) => kind === 'device' && record !== null)
    .map(
      ({ key, record, transaction_id }): DeviceChange => ({
        device: key,
        place: placedSchema.parse(record).place,
        timeMs: times.get(transaction_id) ?? 0,
      }),
    );
  if (changes.length === 0) return;
  const devices = changes.map(({ device }) => device);
  const known = await tx.query<{ key: string }>(
    `select key from state where kind = 'device' and key = any($1::text[])`,
    [devices],
  );
  const open = await tx.query<DevicePlaceRow & Record<string, unknown>>(
    'select * from device_places where device = any($1::text[]) and to_ms = $2',
    [devices, openEndMs],
  );
  await insertRows(
    tx,
    'device_places',
    columns.device_places,
    foldDevicePlaces(changes, new Set(known.map(({ key }) => key)), open),
    '(device, from_ms) do update set to_ms = excluded.to_ms',
  );
}
