export * from './ed25519.ts';
export { sigStructure } from './envelope.ts';
export * from './key-thumbprint.ts';
export * from './sign1.ts';
export * from './signing-key.ts';
