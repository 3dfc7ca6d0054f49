import { excursionAlertSchema } from '@hopline/protocol';
import mqtt from 'mqtt';
import type { EdgeAddress } from '../../infra/start/edges-part.ts';

/** Alerts as a subscriber at the site hears them, with the time from the reading's receipt to here. */
export interface AlertListener {
  readonly alerts: readonly { readonly device: string; readonly afterMs: number }[];
  close(): Promise<void>;
}

/** Subscribes to `alerts/#` at an edge node, as an operator of its site. */
export async function listenForAlerts(edge: EdgeAddress): Promise<AlertListener> {
  const client = await mqtt.connectAsync(`${edge.url.replace(/^http/, 'ws')}/sites/${edge.node}/mqtt`, {
    username: 'operator:demo',
    password: edge.token,
    protocolVersion: 5,
  });
  const alerts: { device: string; afterMs: number }[] = [];
  client.on('message', (_topic, payload) => {
    const { data } = excursionAlertSchema.parse(JSON.parse(payload.toString('utf8')));
    alerts.push({ device: data.device, afterMs: Date.now() - data.receivedAtMs });
  });
  await client.subscribeAsync('alerts/#', { qos: 1 });
  return { alerts, close: () => client.endAsync() };
}
