export * from './refusal.ts';
export * from './transactions.ts';
