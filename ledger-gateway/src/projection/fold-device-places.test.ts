import { describe, expect, test } from 'vitest';
import { foldDevicePlaces } from './fold-device-places.ts';
import { openEndMs } from './rows.ts';

const device = 'urn:dev:mac:0024befffe804ff1';
const [a, b] = ['9521002000115', '9521002000122'];
const none = new Set<string>();
const row = (place: string, from_ms: number, to_ms = openEndMs) => ({ device, place, from_ms, to_ms });

describe('places of a device', () => {
  test('begin before everything where it is enrolled as fixed', () => {
    expect(foldDevicePlaces([{ device, place: a, timeMs: 50 }], none, [])).toEqual([row(a, 0)]);
  });

  test('end with a move, and stay as they are with any other change', () => {
    expect(foldDevicePlaces([{ device, place: b, timeMs: 50 }], new Set([device]), [row(a, 0)])).toEqual([
      row(a, 0, 50),
      row(b, 50),
    ]);
    expect(foldDevicePlaces([{ device, place: a, timeMs: 50 }], new Set([device]), [row(a, 0)])).toEqual([]);
  });

  test('end when it begins to travel, and begin when it is fixed', () => {
    expect(foldDevicePlaces([{ device, place: null, timeMs: 50 }], new Set([device]), [row(a, 0)])).toEqual([
      row(a, 0, 50),
    ]);
    expect(foldDevicePlaces([{ device, place: a, timeMs: 50 }], new Set([device]), [])).toEqual([row(a, 50)]);
  });

  test('follow the ledger where the times of transactions do not', () => {
    expect(foldDevicePlaces([{ device, place: b, timeMs: 40 }], new Set([device]), [row(a, 60)])).toEqual([
      row(a, 60, 61),
      row(b, 61),
    ]);
  });
});
