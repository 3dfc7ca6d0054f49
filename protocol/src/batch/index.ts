export * from './head-report.ts';
export * from './node-id.ts';
export * from './statement.ts';
export * from './summary.ts';
