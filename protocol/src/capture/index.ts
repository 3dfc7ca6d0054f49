export * from './capture-statement.ts';
