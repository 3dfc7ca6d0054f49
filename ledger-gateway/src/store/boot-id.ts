import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';

const toleranceMs = 120_000;

/**
 * Names the current run of the operating system: where two differ, the machine was started between them, so the page
 * cache that held unsynced files is gone. Linux has an id of its own; elsewhere it is the time of the start.
 */
export async function bootId(nowMs: number): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    // Not Linux: the time of the start tells as much, up to the jumps of a clock that is being set.
    return `started:${Math.round(nowMs - uptime() * 1000)}`;
  }
}

export function sameBoot(a: string, b: string): boolean {
  const [started, other] = [a, b].map((id) => (id.startsWith('started:') ? Number(id.slice(8)) : null));
  if (started === null || started === undefined || other === null || other === undefined) return a === b;
  return Math.abs(started - other) <= toleranceMs;
}
