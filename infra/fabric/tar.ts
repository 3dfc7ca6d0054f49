const BLOCK_BYTES = 512;

export interface TarEntry {
  /** ASCII, at most 100 bytes. */
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * Writes a tar archive of regular files (POSIX.1-1988 "ustar"). Time, owner and mode are fixed, so the same entries give
 * the same bytes, which a chaincode package needs: its id is a hash over them.
 */
export function tar(entries: readonly TarEntry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { name, content } of entries) {
    const padding = (BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES;
    blocks.push(header(name, content.length), content, new Uint8Array(padding));
  }
  blocks.push(new Uint8Array(2 * BLOCK_BYTES));
  return Buffer.concat(blocks);
}

function header(name: string, size: number): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`not a name for a tar entry: ${name}`);
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(name, 0, 'ascii');
  block.write('0000644\0', 100);
  block.write(octal(0, 7), 108); // user
  block.write(octal(0, 7), 116); // group
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136); // time of modification
  block.write(' '.repeat(8), 148); // the checksum counts itself as spaces
  block.write('0', 156); // regular file
  block.write('ustar\u000000', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 6)} `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}
