import { createRandom } from '../random/random.ts';
import { type Air, saturationGramsPerM3 } from './air.ts';

/** The climate outside: a daily wave, and disturbances that come and go over hours. */
export interface Weather {
  readonly meanC: number;
  /** From the mean to the warmest hour. */
  readonly dailySwingC: number;
  readonly warmestHourUtc: number;
  readonly disturbanceC: number;
  readonly dewPointC: number;
}

/** A mild autumn in central California, whose warmest hour is 15:00 local time. */
export const mildWeather: Weather = { meanC: 21, dailySwingC: 5, warmestHourUtc: 23, disturbanceC: 1, dewPointC: 11 };

const hourMs = 3_600_000;
const disturbanceStepMs = 3 * hourMs;

/** The air outside at a time: a pure function of seed and time, so that history and the present join without a seam. */
export function outsideAir(weather: Weather, seed: number, atMs: number): Air {
  const hours = atMs / hourMs;
  const wave = Math.cos((2 * Math.PI * (hours - weather.warmestHourUtc)) / 24);
  const temperatureC = weather.meanC + weather.dailySwingC * wave + weather.disturbanceC * disturbance(seed, atMs);
  const waterGramsPerM3 = saturationGramsPerM3(Math.min(weather.dewPointC, temperatureC));
  return { temperatureC, waterGramsPerM3 };
}

/** Normal values every three hours, smoothly joined (a cosine between neighbours). */
function disturbance(seed: number, atMs: number): number {
  const knot = Math.floor(atMs / disturbanceStepMs);
  const share = atMs / disturbanceStepMs - knot;
  const weight = (1 - Math.cos(Math.PI * share)) / 2;
  return knotValue(seed, knot) * (1 - weight) + knotValue(seed, knot + 1) * weight;
}

function knotValue(seed: number, knot: number): number {
  return Math.max(-2.5, Math.min(2.5, createRandom(seed, 'weather', knot).normal()));
}
