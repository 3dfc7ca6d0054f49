export * from './ed25519.ts';
export * from './key-thumbprint.ts';
export * from './sign1.ts';
export * from './signing-key.ts';
