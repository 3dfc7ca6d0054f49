import { expect, test } from 'vitest';
import { sensorBaseValue } from './sensor-units.ts';

test('the same temperature is the same number, whatever unit it was written in', () => {
  const eight = sensorBaseValue(8, 'CEL');
  expect(eight).toEqual({ dimension: 'KEL', value: 281.15 });
  expect(sensorBaseValue(46.4, 'FAH')).toEqual(eight);
  expect(sensorBaseValue(281.15, 'KEL')).toEqual(eight);
});

test('sizes follow from one another', () => {
  expect(sensorBaseValue(1, 'BAR')).toEqual(sensorBaseValue(1000, 'MBR'));
  expect(sensorBaseValue(36, 'KMH')).toEqual({ dimension: 'MTS', value: 10 });
  expect(sensorBaseValue(12, 'INH')).toEqual(sensorBaseValue(1, 'FOT'));
  expect(sensorBaseValue(1, 'NX')).toEqual(sensorBaseValue(0.1, 'P1'));
});

test('an unknown unit is a dimension of its own', () => {
  expect(sensorBaseValue(-3.5, 'ZZZ')).toEqual({ dimension: 'ZZZ', value: -3.5 });
});
