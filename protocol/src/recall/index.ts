export * from './acknowledgement.ts';
export * from './records.ts';
export * from './state-recall.ts';
