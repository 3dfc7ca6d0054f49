/** A stream of random numbers that one seed determines. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** Normal with mean 0 and deviation 1. */
  normal(): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
  /** Number of events in an interval in which `mean` are expected. */
  poisson(mean: number): number;
  bytes(count: number): Uint8Array<ArrayBuffer>;
}

const twoTo32 = 2 ** 32;
const warmUpRounds = 12;

/**
 * A generator for a seed and what it is for, as `createRandom(7, 'door', 'cold-1', 41)`: each label gives a stream of
 * its own, so that adding a device changes nothing for the others. The generator is sfc32 (C. Doty-Humphrey, PractRand);
 * good enough for physics and faults, and not for keys.
 */
export function createRandom(seed: number, ...labels: (string | number)[]): Random {
  let a = mix(seed >>> 0, Math.floor(seed / twoTo32));
  let b = hash(labels.join('\u0000'), 0x811c9dc5);
  let c = mix(a, b);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < warmUpRounds; round++) next();
  const uniform = () => next() / twoTo32;
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    // Box and Muller's transform; 1 − u keeps the logarithm from zero.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    poisson: (mean) => poisson(mean, uniform),
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
  };
}

/** Knuth's method: fine for the small means that occur here (door openings an hour, faults a day). */
function poisson(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

/** FNV-1a over the UTF-16 units of a text, finished by `mix`. */
function hash(text: string, basis: number): number {
  let state = basis;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return mix(state, text.length);
}

/** Two words into one, each bit of either touching each bit of the result (the finaliser of MurmurHash3). */
function mix(a: number, b: number): number {
  let x = (a ^ Math.imul(b, 0x9e3779b1)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
