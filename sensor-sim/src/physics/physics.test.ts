import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testSeed } from '../../test-support/test-seed.ts';
import { relativeHumidity, saturationGramsPerM3 } from './air.ts';
import { coldStore, dock, palletTimeConstantMs, truckBox, warehouseDoor } from './designs.ts';
import { deviceTime } from './device-clock.ts';
import { createDoor, doorOpenings, maxDoorOpenMs } from './door.ts';
import { initialRoom, stepLag, stepRoom } from './room.ts';
import { mildWeather, outsideAir } from './weather.ts';
import { createWorld, outside, type WorldPlan } from './world.ts';

const seed = testSeed();
const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 4, 4);

function plan(worldSeed: number): WorldPlan {
  return {
    seed: worldSeed,
    weather: mildWeather,
    places: [
      { id: 'dock', surroundings: outside, design: dock, door: warehouseDoor },
      { id: 'cold', surroundings: 'dock', design: coldStore, door: warehouseDoor },
      { id: 'truck', surroundings: outside, design: truckBox, door: null },
    ],
    bodies: [
      {
        id: 'pallet',
        timeConstantMs: palletTimeConstantMs,
        legs: [
          { fromMs: startMs + hourMs, place: 'cold' },
          { fromMs: startMs + 4 * hourMs, place: 'truck' },
          { fromMs: startMs + 6 * hourMs, place: 'dock' },
          { fromMs: startMs + 7.25 * hourMs, place: 'cold' },
        ],
      },
    ],
  };
}

function run(worldSeed: number, stepsMs: number[]) {
  const world = createWorld(plan(worldSeed), startMs);
  let nowMs = startMs;
  return stepsMs.map((ms) => {
    nowMs += ms;
    world.advance(nowMs);
    return [world.air('cold').temperatureC, world.air('dock').temperatureC, world.body('pallet')?.temperatureC];
  });
}

test('a seed determines the world to the last bit, whatever steps it is looked at in', () => {
  const hours = Array.from({ length: 12 }, () => hourMs);
  expect(run(seed, hours)).toEqual(run(seed, hours));
  expect(run(seed, hours)).not.toEqual(run(seed + 1, hours));
  const minutes = Array.from({ length: 12 * 60 }, () => 60_000);
  expect(run(seed, minutes).filter((_, i) => i % 60 === 59)).toEqual(run(seed, hours));
});

test('a cold store stays cold over a day of door openings, and its compressor cycles', () => {
  fc.assert(
    fc.property(fc.integer(), (worldSeed) => {
      const world = createWorld(plan(worldSeed), startMs);
      const steps = 24 * 120;
      const seen = Array.from({ length: steps }, (_, step) => {
        world.advance(startMs + step * 30_000);
        return { air: world.air('cold'), dock: world.air('dock') };
      });
      expect(seen.every(({ air, dock }) => air.temperatureC > 0.5 && air.temperatureC < dock.temperatureC)).toBe(true);
      expect(seen.every(({ air }) => relativeHumidity(air) > 20 && relativeHumidity(air) <= 100)).toBe(true);
      expect(seen.filter(({ air }) => air.temperatureC < 5).length / steps).toBeGreaterThan(0.95);
      const above = seen.map(({ air }) => air.temperatureC > coldStore.setPointC);
      expect(above.filter((now, step) => now !== above[step - 1]).length).toBeGreaterThan(20);
    }),
    { seed, numRuns: 10 },
  );
});

test('a pallet follows its air slowly: it warms on the dock, and is slow to cool again', () => {
  const world = createWorld(plan(seed), startMs);
  expect(world.body('pallet')).toBeNull();
  const at = (hours: number) => {
    world.advance(startMs + hours * hourMs);
    return world.body('pallet')?.temperatureC ?? Number.NaN;
  };
  const onTruck = at(6);
  const offDock = at(7.25);
  const dockC = world.air('dock').temperatureC;
  expect(onTruck).toBeLessThan(4);
  expect(offDock).toBeGreaterThan(onTruck + 3);
  expect(offDock).toBeLessThan(dockC);
  expect(at(8)).toBeGreaterThan(5);
  expect(at(24)).toBeLessThan(4);
});

test('steps are exact: two halves make a whole', () => {
  const air = fc.record({
    temperatureC: fc.double({ min: -20, max: 40, noNaN: true }),
    waterGramsPerM3: fc.double({ min: 0, max: 3, noNaN: true }),
  });
  fc.assert(
    fc.property(air, fc.boolean(), fc.integer({ min: 1, max: 300_000 }), (surroundings, open, halfMs) => {
      // A dock has no thermostat, so nothing switches between the halves.
      const room = { ...initialRoom(dock, surroundings), waterGramsPerM3: 1 };
      const halves = stepRoom(dock, stepRoom(dock, room, surroundings, open, halfMs), surroundings, open, halfMs);
      const whole = stepRoom(dock, room, surroundings, open, 2 * halfMs);
      expect(halves.temperatureC).toBeCloseTo(whole.temperatureC, 9);
      const lag = stepLag(
        stepLag(30, surroundings.temperatureC, hourMs, halfMs),
        surroundings.temperatureC,
        hourMs,
        halfMs,
      );
      expect(lag).toBeCloseTo(stepLag(30, surroundings.temperatureC, hourMs, 2 * halfMs), 9);
    }),
    { seed },
  );
});

test('an open door brings a cold room nearer to its surroundings', () => {
  fc.assert(
    fc.property(fc.double({ min: 5, max: 40, noNaN: true }), (temperatureC) => {
      const surroundings = { temperatureC, waterGramsPerM3: 5 };
      const room = initialRoom(coldStore, surroundings);
      const shut = stepRoom(coldStore, room, surroundings, false, 60_000).temperatureC;
      expect(stepRoom(coldStore, room, surroundings, true, 60_000).temperatureC).toBeGreaterThan(shut);
    }),
    { seed },
  );
});

test('doors open in working hours only, for a bounded time, and are the same when asked again', () => {
  for (let hour = 0; hour < 24 * 14; hour++) {
    const openings = doorOpenings(warehouseDoor, seed, 'a', hour);
    expect(doorOpenings(warehouseDoor, seed, 'a', hour)).toEqual(openings);
    if (hour % 24 >= 4 && hour % 24 < 13) expect(openings).toEqual([]);
    for (const { fromMs, toMs } of openings) expect(toMs - fromMs).toBeLessThanOrEqual(maxDoorOpenMs);
  }
  const isOpen = createDoor(warehouseDoor, seed, 'a');
  const first = doorOpenings(warehouseDoor, seed, 'a', 14)[0] ?? doorOpenings(warehouseDoor, seed, 'a', 15)[0];
  if (!first) throw new Error('this seed opens no door in two hours');
  expect(isOpen(first.fromMs)).toBe(true);
  expect(createDoor(null, seed, 'a')(first.fromMs)).toBe(false);
});

test('weather, saturation and clocks are what their sources say', () => {
  const noon = outsideAir({ ...mildWeather, disturbanceC: 0 }, seed, Date.UTC(2026, 0, 1, 23));
  expect(noon.temperatureC).toBeCloseTo(26, 6);
  // Saturated air at 20 °C holds 17.3 g/m³, at 0 °C 4.85 g/m³ (standard tables).
  expect(saturationGramsPerM3(20) / 17.3).toBeCloseTo(1, 2);
  expect(saturationGramsPerM3(0) / 4.85).toBeCloseTo(1, 2);
  expect(relativeHumidity({ temperatureC: 0, waterGramsPerM3: 9 })).toBe(100);
  expect(deviceTime({ offsetMs: 500, driftPpm: 100, sinceMs: 1_000_000 }, 11_000_000)).toBe(11_001_500);
});
