import { initial } from './0001-initial.ts';
import { leftDigests } from './0002-left-digests.ts';

/** Numbered from 1 and never changed once released: what is on a disk in a warehouse was made by them. */
export const migrations: readonly string[] = [initial, leftDigests];
