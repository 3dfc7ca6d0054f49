export * from './device-urn.ts';
export * from './leaf.ts';
export * from './sequence.ts';
export * from './signed-reading.ts';
