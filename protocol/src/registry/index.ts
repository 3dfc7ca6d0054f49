export * from './details.ts';
export * from './enrolment.ts';
export * from './policy.ts';
export * from './records.ts';
export * from './registry-copy.ts';
