import { type ExcursionAlert, excursionAlertSchema } from '@hopline/protocol';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from '../store/store.ts';

/**
 * Keeps an alert of an edge node. The same event (`source` and `id`, CloudEvents 1.0 §3.1.1) of the same node again is
 * kept once; another node that names the same event can't keep this one's from being shown. When this returns it survives
 * a power loss.
 *
 * @returns the alert's number here, and whether it is new
 */
export async function keepAlert(
  store: Store,
  node: string,
  alert: ExcursionAlert,
  nowMs: number,
): Promise<{ seq: number; isNew: boolean }> {
  if (alert.data.node !== node) {
    throw new GatewayError('forbidden', 'the alert is another node’s', { node: alert.data.node, token: node });
  }
  const event = excursionAlertSchema.parse(alert);
  return store.writeOwn(async (tx, put) => {
    const [there] = await tx.query<{ seq: number }>(
      'select seq from alerts where node = $1 and source = $2 and id = $3',
      [node, event.source, event.id],
    );
    if (there) return { seq: there.seq, isNew: false };
    const [last] = await tx.query<{ seq: number | null }>('select max(seq) as seq from alerts');
    const seq = (last?.seq ?? 0) + 1;
    await put({
      table: 'alerts',
      row: {
        seq,
        source: event.source,
        id: event.id,
        node,
        device: event.data.device,
        from_ms: event.data.fromMs,
        to_ms: event.data.toMs,
        received_ms: nowMs,
        event,
      },
    });
    return { seq, isNew: true };
  });
}
