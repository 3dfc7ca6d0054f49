import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { DevLedgerError } from './errors.ts';

/**
 * Append-only file of blocks: eight bytes that name the format, then for each block its length and CRC-32 (four bytes
 * each, big-endian) and its bytes (common.Block). The checksum finds what a crash tore; who altered the file on purpose
 * is found by the hashes and signatures in the blocks.
 */
const MAGIC = Buffer.from('HOPBLKS1');
const RECORD_HEADER_BYTES = 8;

export class BlockFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #sync: boolean;
  /** Position of each block's record; its index is the block's number. */
  readonly #offsets: number[];
  #end: number;

  private constructor(path: string, file: FileHandle, sync: boolean, offsets: number[], end: number) {
    this.#path = path;
    this.#file = file;
    this.#sync = sync;
    this.#offsets = offsets;
    this.#end = end;
  }

  /**
   * Opens the file, creating it where there is none, and reads all of it: each block goes to `visit` in order. A last
   * record that is incomplete or fails its checksum is what a crash leaves of a block that never counted as committed,
   * and is cut off. Anything wrong before the end is damage.
   *
   * @throws DevLedgerError BLOCK_FILE_DAMAGED, naming the block
   */
  static async open(
    path: string,
    fsync: 'block' | 'never',
    visit: (bytes: Buffer, number: number) => Promise<void>,
  ): Promise<BlockFile> {
    const offsets: number[] = [];
    const end = await scan(path, offsets, visit);
    return new BlockFile(path, await open(path, 'r+'), fsync === 'block', offsets, end);
  }

  /** Number of blocks. */
  get height(): number {
    return this.#offsets.length;
  }

  /** Appends a block. When this is done and the file is synced per block, the block survives a loss of power. */
  async append(bytes: Uint8Array): Promise<void> {
    const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + bytes.length);
    record.writeUInt32BE(bytes.length, 0);
    record.writeUInt32BE(crc32(bytes), 4);
    record.set(bytes, RECORD_HEADER_BYTES);
    await this.#write(record);
    if (this.#sync) await this.#file.datasync();
    this.#offsets.push(this.#end);
    this.#end += record.length;
  }

  /** @throws DevLedgerError BLOCK_FILE_DAMAGED where the file changed after it was opened */
  async read(number: number): Promise<Buffer | undefined> {
    const offset = this.#offsets[number];
    if (offset === undefined) return undefined;
    const record = Buffer.alloc((this.#offsets[number + 1] ?? this.#end) - offset);
    await this.#file.read(record, 0, record.length, offset);
    const bytes = record.subarray(RECORD_HEADER_BYTES);
    if (record.readUInt32BE(4) !== crc32(bytes)) throw damaged(this.#path, number, offset, 'its checksum is wrong');
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(record: Buffer): Promise<void> {
    // One call may write less than it was given.
    for (let done = 0; done < record.length; ) {
      const { bytesWritten } = await this.#file.write(record, done, record.length - done, this.#end + done);
      done += bytesWritten;
    }
  }
}

/** Reads all records; gives the position after the last good one, to which the file is then cut. */
async function scan(
  path: string,
  offsets: number[],
  visit: (bytes: Buffer, number: number) => Promise<void>,
): Promise<number> {
  // Synchronous reads: this is one long sequential read before anything else runs.
  const file = openSync(path, 'a+');
  try {
    const { size } = fstatSync(file);
    if (size < MAGIC.length) return await startFile(path, file);
    if (!readAt(file, 0, MAGIC.length).equals(MAGIC)) throw damaged(path, 0, 0, 'this is not a file of blocks');
    let offset = MAGIC.length;
    while (offset < size) {
      const bytes = readRecord(file, offset, size);
      if (bytes === 'torn') {
        ftruncateSync(file, offset);
        break;
      }
      const number = offsets.length;
      if (bytes === 'damaged') throw damaged(path, number, offset, 'its checksum is wrong');
      await visit(bytes, number);
      offsets.push(offset);
      offset += RECORD_HEADER_BYTES + bytes.length;
    }
    return offset;
  } finally {
    closeSync(file);
  }
}

async function startFile(path: string, file: number): Promise<number> {
  ftruncateSync(file, 0);
  const handle = await open(path, 'r+');
  try {
    await handle.write(MAGIC, 0, MAGIC.length, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return MAGIC.length;
}

function readRecord(file: number, offset: number, size: number): Buffer | 'torn' | 'damaged' {
  if (offset + RECORD_HEADER_BYTES > size) return 'torn';
  const header = readAt(file, offset, RECORD_HEADER_BYTES);
  const length = header.readUInt32BE(0);
  const end = offset + RECORD_HEADER_BYTES + length;
  if (end > size) return 'torn';
  const bytes = readAt(file, offset + RECORD_HEADER_BYTES, length);
  if (length > 0 && crc32(bytes) === header.readUInt32BE(4)) return bytes;
  // A file can grow before its content arrives: then the rest of it is zeros.
  const isLast = end === size || isZero(readAt(file, offset, size - offset));
  return isLast ? 'torn' : 'damaged';
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

function damaged(path: string, number: number, offset: number, problem: string): DevLedgerError {
  return new DevLedgerError(
    'BLOCK_FILE_DAMAGED',
    `${path} is damaged or was altered: block ${number} (at byte ${offset}): ${problem}. ` +
      'Restore the data folder from a copy, or start over with an empty one.',
  );
}
