import { type Air, saturationGramsPerM3 } from './air.ts';

/** A room by the rates of its heat and moisture balance. A cold store, a truck's box and a dock differ in numbers only. */
export interface RoomDesign {
  /** The thermostat's set point and half its dead band; without a compressor they mean nothing. */
  readonly setPointC: number;
  readonly hysteresisC: number;
  /** What the running compressor takes out of the air, per hour; 0 where there is none. */
  readonly coolingCPerHour: number;
  /** Heat of lamps, people and machines. */
  readonly heatingCPerHour: number;
  /** Share of the difference to the surroundings that leaks in per hour, door closed and door open. */
  readonly leakPerHour: number;
  readonly doorPerHour: number;
  /** Water that produce gives off. */
  readonly moistureGramsPerM3PerHour: number;
}

export interface RoomState extends Air {
  readonly compressorOn: boolean;
}

const hourMs = 3_600_000;
/** How fast the running coil draws the air towards what saturated air at the coil's own temperature holds. */
const coilDryingPerHour = 1.5;
const coilBelowSetPointC = 3;

export function initialRoom(design: RoomDesign, surroundings: Air): RoomState {
  if (design.coolingCPerHour > 0) {
    const waterGramsPerM3 = 0.9 * saturationGramsPerM3(design.setPointC);
    return { temperatureC: design.setPointC, waterGramsPerM3, compressorOn: false };
  }
  const rise = design.leakPerHour > 0 ? design.heatingCPerHour / design.leakPerHour : 0;
  return { ...surroundings, temperatureC: surroundings.temperatureC + rise, compressorOn: false };
}

/**
 * The room after `stepMs`. Within a step everything that drives it is constant, so the linear balance
 * dT/dt = k(T_s − T) + heating − cooling has the exact solution T∞ + (T − T∞)e^(−kt): stable for any step. The thermostat
 * switches between steps.
 */
export function stepRoom(
  design: RoomDesign,
  state: RoomState,
  surroundings: Air,
  doorOpen: boolean,
  stepMs: number,
): RoomState {
  const hours = stepMs / hourMs;
  const compressorOn = thermostat(design, state);
  const exchange = design.leakPerHour + (doorOpen ? design.doorPerHour : 0);
  const drive = design.heatingCPerHour - (compressorOn ? design.coolingCPerHour : 0);
  const temperatureC = relax(state.temperatureC, surroundings.temperatureC, exchange, drive, hours);
  const drying = compressorOn ? coilDryingPerHour : 0;
  const coilHolds = saturationGramsPerM3(design.setPointC - coilBelowSetPointC);
  const mixed =
    exchange + drying === 0
      ? state.waterGramsPerM3
      : (exchange * surroundings.waterGramsPerM3 + drying * coilHolds) / (exchange + drying);
  const water = relax(state.waterGramsPerM3, mixed, exchange + drying, design.moistureGramsPerM3PerHour, hours);
  return { temperatureC, waterGramsPerM3: Math.min(water, saturationGramsPerM3(temperatureC)), compressorOn };
}

/** First-order lag of a body in air, exact for any step: what a pallet's core and a probe's tip do. */
export function stepLag(bodyC: number, airC: number, timeConstantMs: number, stepMs: number): number {
  return airC + (bodyC - airC) * Math.exp(-stepMs / timeConstantMs);
}

function thermostat(design: RoomDesign, { temperatureC, compressorOn }: RoomState): boolean {
  if (design.coolingCPerHour === 0) return false;
  if (temperatureC > design.setPointC + design.hysteresisC) return true;
  if (temperatureC < design.setPointC - design.hysteresisC) return false;
  return compressorOn;
}

/** Solution of dx/dt = rate·(target − x) + drive after `hours`. */
function relax(x: number, target: number, rate: number, drive: number, hours: number): number {
  if (rate === 0) return x + drive * hours;
  const end = target + drive / rate;
  return end + (x - end) * Math.exp(-rate * hours);
}
