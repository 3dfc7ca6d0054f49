export * from './refusal.ts';
export * from './results.ts';
export * from './state.ts';
export * from './state-key.ts';
export * from './state-provenance.ts';
export * from './state-readings.ts';
export * from './state-registry.ts';
export * from './transactions.ts';
