import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** One acknowledged publish, as the checker (`npm run fsck`) reads it: a line of JSON. */
export interface JournalLine {
  /** Edge node `{gln}/{n}`. */
  readonly node: string;
  readonly device: string;
  /** `null` for legacy devices. */
  readonly epoch: number | null;
  readonly counter: number | null;
  /** base64url of the SHA-256 of the MQTT payload. */
  readonly digest: string;
  readonly ackedAtMs: number;
}

/**
 * When a line is safe. `written`: handed to the operating system at the end of the turn of its acknowledgement, so it survives
 * the death of this process and not a loss of power. `synced`: on the disk as well, at the price of an fsync a turn.
 * Either way a line is written only after the acknowledgement: the journal may miss one, and never claims one too many.
 */
export type JournalDurability = 'written' | 'synced';

export interface Journal {
  append(line: JournalLine): void;
  /** Writes what is still held, and closes. */
  close(): void;
}

/** Opens a journal for appending; it continues what is there, less a line that a crash has cut off. Throws as `fs` does. */
export function openJournal(path: string, durability: JournalDurability = 'written'): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+', 0o600);
  dropCutLine(file);
  let held: string[] = [];
  let isScheduled = false;
  const flush = () => {
    isScheduled = false;
    if (held.length === 0) return;
    const bytes = Buffer.from(held.join(''));
    held = [];
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
    if (durability === 'synced') fsyncSync(file);
  };
  return {
    append(line) {
      held.push(`${JSON.stringify(line)}\n`);
      if (isScheduled) return;
      isScheduled = true;
      // One write for all acknowledgements of a turn of the event loop.
      setImmediate(flush);
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}

/** base64url of the SHA-256 of a payload; synchronous, since it is on the path of every acknowledgement. */
export function payloadDigest(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('base64url');
}

const newline = 0x0a;
const maxLineBytes = 4096;

function dropCutLine(file: number): void {
  const { size } = fstatSync(file);
  const tail = Buffer.alloc(Math.min(size, maxLineBytes));
  readSync(file, tail, 0, tail.length, size - tail.length);
  const cut = tail.length - 1 - tail.lastIndexOf(newline);
  if (cut > 0) ftruncateSync(file, size - cut);
}
