import { expect, test } from 'vitest';
import { alertTopic, type ExcursionAlert, excursionAlertSchema, excursionAlertType } from './alert.ts';

const alert: ExcursionAlert = {
  specversion: '1.0',
  id: '9521321000018/0:1',
  source: 'urn:hopline:node:9521321000018:0',
  type: excursionAlertType,
  subject: 'urn:dev:os:32473-1:temperature',
  time: '2025-11-23T04:00:00.000Z',
  datacontenttype: 'application/json',
  data: {
    node: '9521321000018/0',
    device: 'urn:dev:os:32473-1',
    stream: 'temperature',
    unit: 'Cel',
    rule: 'chilled',
    min: 0,
    max: 5000,
    fromMs: 1,
    toMs: 2,
    peak: 12_750,
    receivedAtMs: 3,
  },
};

test('an alert is a CloudEvent and goes out under its rule and device', () => {
  expect(excursionAlertSchema.parse(alert)).toEqual(alert);
  expect(alertTopic(alert)).toBe('alerts/chilled/urn:dev:os:32473-1');
});

test.each([
  ['another type', { type: 'org.hopline.other.v1' }],
  ['no time', { time: undefined }],
  ['a peak in degrees', { data: { ...alert.data, peak: 12.75 } }],
  ['a member that nobody knows', { data: { ...alert.data, extra: 1 } }],
])('%s is refused', (_, change) => {
  expect(excursionAlertSchema.safeParse({ ...alert, ...change }).success).toBe(false);
});
