/** Air by its temperature and the water in it: what mixes linearly when a door is open. */
export interface Air {
  readonly temperatureC: number;
  readonly waterGramsPerM3: number;
}

const zeroCelsiusK = 273.15;

/**
 * Water that saturated air holds, in g/m³: vapour pressure by the Magnus form with the coefficients of Alduchov and
 * Eskridge (1996), good to 0.4 % between −40 and 50 °C, and the ideal gas law.
 */
export function saturationGramsPerM3(temperatureC: number): number {
  const pressurePa = 610.94 * Math.exp((17.625 * temperatureC) / (temperatureC + 243.04));
  const gasConstantOfWater = 0.4615; // J/(g·K)
  return pressurePa / (gasConstantOfWater * (temperatureC + zeroCelsiusK));
}

/** Relative humidity in per cent, 100 at most: what is beyond condenses. */
export function relativeHumidity(air: Air): number {
  return Math.min(100, (100 * air.waterGramsPerM3) / saturationGramsPerM3(air.temperatureC));
}
