import { buffer } from 'node:stream/consumers';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { GatewayError } from '../../gateway-error.ts';
import { sheetLimits } from '../sheet-limits.ts';

/** The parts of an OPC package (ECMA-376, part 2) by name, unpacked when they are asked for. */
export interface Archive {
  has(name: string): boolean;
  /** A part's bytes. All parts together have at most `maxUnpackedBytes`. Throws `too-large`, `sheet-malformed`. */
  read(name: string): Promise<Uint8Array>;
}

/**
 * Opens a ZIP archive. Sizes are those of its directory, and the reader ends an entry that turns out longer than it says.
 * @throws GatewayError `sheet-malformed`, `too-large`
 */
export async function openArchive(bytes: Uint8Array): Promise<Archive> {
  const entries = new Map<string, Entry>();
  const file = await orMalformed(async () => {
    const opened = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
    });
    await listEntries(opened, entries);
    return opened;
  });
  let unpackedBytes = 0;
  return {
    has: (name) => entries.has(name),
    read: (name) =>
      orMalformed(async () => {
        const entry = entries.get(name);
        if (!entry) throw new GatewayError('sheet-malformed', 'a part of the workbook is missing', { part: name });
        unpackedBytes += entry.uncompressedSize;
        if (unpackedBytes > sheetLimits.maxUnpackedBytes) {
          throw new GatewayError('too-large', 'the workbook is too large once it is unpacked', {
            part: name,
            maxUnpackedBytes: sheetLimits.maxUnpackedBytes,
          });
        }
        return buffer(await file.openReadStreamPromise(entry));
      }),
  };
}

async function listEntries(file: ZipFile, into: Map<string, Entry>): Promise<void> {
  if (file.entryCount > sheetLimits.maxArchiveEntries) {
    throw new GatewayError('too-large', 'the workbook has too many parts', {
      parts: file.entryCount,
      maxArchiveEntries: sheetLimits.maxArchiveEntries,
    });
  }
  for await (const entry of file.eachEntry()) into.set(entry.fileName, entry);
}

async function orMalformed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('sheet-malformed', 'the workbook is damaged, or is no XLSX file', {}, { cause });
  }
}
