import { env, runInDurableObject } from 'cloudflare:test';
import { type ExcursionAlert, excursionAlertType } from '@hopline/protocol';
import { expect, test } from 'vitest';
import { RuleStore } from './rule-store.ts';

function alertAt(receivedAtMs: number): ExcursionAlert {
  const device = 'urn:dev:os:32473-1';
  const node = '9501101530003/0';
  return {
    specversion: '1.0',
    id: `warm.${receivedAtMs}.${device}`,
    source: `urn:hopline:node:${node}`,
    type: excursionAlertType,
    subject: device,
    time: new Date(receivedAtMs).toISOString(),
    datacontenttype: 'application/json',
    data: {
      node,
      device,
      stream: '',
      unit: 'Cel',
      rule: 'warm',
      min: null,
      max: 8000,
      fromMs: receivedAtMs,
      toMs: receivedAtMs,
      peak: 9000,
      receivedAtMs,
    },
  };
}

test('alerts that make room are told by their number, and the newest stay', async () => {
  const stub = env.EDGE_NODE.get(env.EDGE_NODE.idFromName('rule-store'));
  await runInDurableObject(stub, (_, state) => {
    const store = new RuleStore(state.storage.sql);
    expect([1, 2, 3].map((ms) => store.addAlert(alertAt(ms), 3))).toEqual([0, 0, 0]);
    expect(store.addAlert(alertAt(4), 3)).toBe(1);
    expect(store.addAlert(alertAt(5), 1)).toBe(3);
    expect(store.undelivered(10).map(({ data }) => data.receivedAtMs)).toEqual([5]);
  });
});
