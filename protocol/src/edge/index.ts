export * from './node-config.ts';
export * from './statement-upload.ts';
