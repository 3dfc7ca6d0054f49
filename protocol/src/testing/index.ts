export * from './refusal-code.ts';
export * from './seed.ts';
