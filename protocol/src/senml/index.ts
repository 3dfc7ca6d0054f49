export * from './encode.ts';
export * from './parse.ts';
export * from './record.ts';
export * from './resolve.ts';
export * from './units.ts';
