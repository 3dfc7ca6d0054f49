import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64Url, toBase64Url } from '@hopline/protocol';
import { FolderInUse, type FolderLock, lockFolder } from '@hopline/protocol/node';
import { z } from 'zod';
import { SimError } from '../error.ts';
import type { OutboxEntry } from './outbox.ts';

/** What a device must not forget. */
export interface DeviceMemory {
  readonly epoch: number;
  /** The first counter that may still be used: all below may have been. */
  readonly nextCounter: number;
  /** The epoch last opened at each edge node, so that another is opened before it is used there. */
  readonly openedEpochs: Readonly<Record<string, number>>;
  readonly undelivered: readonly OutboxEntry[];
}

/** Keeps devices' memories over a restart. `save` returns when the memory would survive a loss of power. */
export interface DeviceStore {
  load(device: string): Promise<DeviceMemory | null>;
  save(device: string, memory: DeviceMemory): Promise<void>;
  close(): Promise<void>;
}

/** For runs that end with their process: benchmarks, tests. */
export function createMemoryStore(): DeviceStore {
  const memories = new Map<string, DeviceMemory>();
  return {
    load: async (device) => memories.get(device) ?? null,
    save: async (device, memory) => void memories.set(device, memory),
    close: async () => {},
  };
}

const memoryFileSchema = z.strictObject({
  format: z.literal(1),
  device: z.string(),
  epoch: z.int().min(0),
  nextCounter: z.int().min(0),
  openedEpochs: z.record(z.string(), z.int().min(0)),
  undelivered: z.array(
    z.strictObject({
      topic: z.string(),
      payload: z.string(),
      epoch: z.int().min(0).nullable(),
      counter: z.int().min(0).nullable(),
    }),
  ),
});

/**
 * One JSON file a device in `folder`, replaced as a whole (write, fsync, rename). The folder is locked for one process:
 * two with the same counters would equivocate. Throws `store-locked`; `load` throws `store-corrupt`.
 */
export async function openFileStore(folder: string): Promise<DeviceStore> {
  const lock = lockDevices(folder);
  const pathOf = (device: string) => join(folder, `${device.replaceAll(':', '_')}.json`);
  return {
    async load(device) {
      const text = await readFile(pathOf(device), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      return text === null ? null : parseMemory(device, text);
    },
    async save(device, memory) {
      const path = pathOf(device);
      const file = await open(`${path}.new`, 'w', 0o600);
      try {
        await file.writeFile(formatMemory(device, memory));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    },
    close: async () => lock.release(),
  };
}

function formatMemory(device: string, memory: DeviceMemory): string {
  const undelivered = memory.undelivered.map(({ topic, payload, epoch, counter }) => ({
    topic,
    payload: toBase64Url(payload),
    epoch,
    counter,
  }));
  return JSON.stringify({ format: 1, device, ...memory, undelivered });
}

function parseMemory(device: string, text: string): DeviceMemory {
  try {
    const { epoch, nextCounter, openedEpochs, undelivered } = memoryFileSchema.parse(JSON.parse(text));
    const entries = undelivered.map((each, id) => ({ ...each, id, payload: fromBase64Url(each.payload) }));
    return { epoch, nextCounter, openedEpochs, undelivered: entries };
  } catch (cause) {
    // Never begin anew by itself: used counters would be used again, for other readings.
    throw new SimError('store-corrupt', `the memory of ${device} cannot be read`, { device }, { cause });
  }
}

function lockDevices(folder: string): FolderLock {
  try {
    return lockFolder(folder);
  } catch (cause) {
    if (!(cause instanceof FolderInUse)) throw cause;
    throw new SimError('store-locked', `these devices run already: ${cause.message}`, { folder }, { cause });
  }
}
