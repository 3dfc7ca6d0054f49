import { SimError } from '../error.ts';
import { type Air, relativeHumidity } from './air.ts';
import { createDoor, type DoorSchedule } from './door.ts';
import { initialRoom, type RoomDesign, type RoomState, stepLag, stepRoom } from './room.ts';
import { outsideAir, type Weather } from './weather.ts';

export const outside = 'outside';

/** A room and what it stands in: `outside`, or a room listed before it. */
export interface PlacePlan {
  readonly id: string;
  readonly surroundings: string;
  readonly design: RoomDesign;
  readonly door: DoorSchedule | null;
}

/** Where a body is from a time on. */
export interface Leg {
  readonly fromMs: number;
  readonly place: string;
}

/** Something with a temperature of its own that is carried from place to place; the first leg begins its life. */
export interface BodyPlan {
  readonly id: string;
  /** How long it takes to come within 37 % of its air's temperature. */
  readonly timeConstantMs: number;
  readonly legs: readonly Leg[];
}

export interface WorldPlan {
  readonly seed: number;
  readonly weather: Weather;
  readonly places: readonly PlacePlan[];
  readonly bodies: readonly BodyPlan[];
}

/** Every place and body at one moment. Time only goes forward. */
export interface World {
  readonly nowMs: number;
  /** Steps to the last multiple of `worldStepMs` not after `toMs`. */
  advance(toMs: number): void;
  /** Air of a place or of `outside`. Throws `bad-plan` for a name that is not known. */
  air(place: string): Air;
  /** Temperature of a body and relative humidity around it; `null` before its first leg. */
  body(id: string): { readonly temperatureC: number; readonly humidityPercent: number; readonly place: string } | null;
}

export const worldStepMs = 10_000;
/** Long enough for compressors to be in their cycle and docks to have the day's temperature when the world is first seen. */
export const warmUpMs = 6 * 3_600_000;

/** Builds a world and lets it run up to `startMs`. The same plan and start give the same world, to the last bit. */
export function createWorld(plan: WorldPlan, startMs: number): World {
  const firstMs = Math.floor((startMs - warmUpMs) / worldStepMs) * worldStepMs;
  const states = new Map<string, RoomState>();
  let outsideNow = outsideAir(plan.weather, plan.seed, firstMs);
  const surroundingsOf = (place: PlacePlan): Air => {
    if (place.surroundings === outside) return outsideNow;
    const state = states.get(place.surroundings);
    if (!state) throw new SimError('bad-plan', `${place.id} stands in ${place.surroundings}, which is not before it`);
    return state;
  };
  const places = plan.places.map((place) => ({ place, isDoorOpen: createDoor(place.door, plan.seed, place.id) }));
  for (const { place } of places) states.set(place.id, initialRoom(place.design, surroundingsOf(place)));
  const bodies = new Map(plan.bodies.map((body) => [body.id, { plan: body, leg: -1, temperatureC: 0 }]));
  let nowMs = firstMs;

  const air = (id: string): Air => {
    const found = id === outside ? outsideNow : states.get(id);
    if (!found) throw new SimError('bad-plan', `no place is called ${id}`);
    return found;
  };
  const step = () => {
    nowMs += worldStepMs;
    outsideNow = outsideAir(plan.weather, plan.seed, nowMs);
    for (const { place, isDoorOpen } of places) {
      const state = states.get(place.id);
      if (!state) continue;
      const open = isDoorOpen(nowMs);
      states.set(place.id, stepRoom(place.design, state, surroundingsOf(place), open, worldStepMs));
    }
    for (const body of bodies.values()) {
      const isNew = body.leg < 0;
      while ((body.plan.legs[body.leg + 1]?.fromMs ?? Number.POSITIVE_INFINITY) <= nowMs) body.leg++;
      const leg = body.plan.legs[body.leg];
      if (!leg) continue;
      const around = air(leg.place).temperatureC;
      body.temperatureC = isNew ? around : stepLag(body.temperatureC, around, body.plan.timeConstantMs, worldStepMs);
    }
  };
  const advance = (toMs: number) => {
    while (nowMs + worldStepMs <= toMs) step();
  };
  advance(startMs);
  return {
    get nowMs() {
      return nowMs;
    },
    advance,
    air,
    body(id) {
      const body = bodies.get(id);
      if (!body) throw new SimError('bad-plan', `no body is called ${id}`);
      const leg = body.plan.legs[body.leg];
      if (!leg) return null;
      return {
        temperatureC: body.temperatureC,
        humidityPercent: relativeHumidity(air(leg.place)),
        place: leg.place,
      };
    },
  };
}
