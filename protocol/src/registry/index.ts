export * from './enrolment.ts';
export * from './records.ts';
export * from './registry-copy.ts';
