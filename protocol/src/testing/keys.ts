import { type Role, type VectorKey, vectorKeys } from '../conformance/hopline-keys.ts';

/** Keys for tests, by role: those of the golden vectors. */
export const testKeys: Readonly<Record<Role, VectorKey>> = await vectorKeys();
