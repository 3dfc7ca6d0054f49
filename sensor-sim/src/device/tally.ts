/** Counts of what happened, by device or for a fleet. Only `acknowledged` is a promise of the edge. */
export interface Tally {
  /** Readings handed to the network; each counts once, however often its bytes were sent. */
  published: number;
  acknowledged: number;
  /** Of the acknowledged: those that the edge said (MQTT 5) it had put into quarantine, by reason. */
  quarantined: Record<string, number>;
  /** Refused for good, by MQTT reason code as `0x99`; nothing of them was stored. */
  refused: Record<string, number>;
  /** Same bytes sent again on purpose, and acknowledged. */
  duplicates: number;
  /** Sent again because a connection broke before the answer. */
  resent: number;
  /** Told to come back later (quota exceeded, edge not ready), and kept. */
  postponed: number;
  /** Lost before they were sent, because the device's memory was full. */
  lost: number;
  /** Messages that are wrong on purpose; they are counted above as well. */
  misbehaved: number;
  connections: number;
  connectionFailures: number;
}

export function emptyTally(): Tally {
  return {
    published: 0,
    acknowledged: 0,
    quarantined: {},
    refused: {},
    duplicates: 0,
    resent: 0,
    postponed: 0,
    lost: 0,
    misbehaved: 0,
    connections: 0,
    connectionFailures: 0,
  };
}

export function countBy(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** The sum of several tallies. */
export function sumTallies(tallies: Iterable<Tally>): Tally {
  const sum = emptyTally();
  for (const tally of tallies) {
    for (const [name, value] of Object.entries(tally) as [keyof Tally, number | Record<string, number>][]) {
      if (typeof value === 'number') (sum[name] as number) += value;
      else addCounts(sum[name] as Record<string, number>, value);
    }
  }
  return sum;
}

/** A reason code as the specification writes it. */
export function hexCode(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}

export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function addCounts(into: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) into[name] = (into[name] ?? 0) + count;
}
