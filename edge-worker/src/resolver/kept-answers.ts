import type { Bytes } from '@hopline/protocol';
import { resolverLimits } from './limits.ts';

/** An answer as the edge gives it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes;
}

/** How long a gateway lets others keep an answer, in milliseconds; 0 where it does not (RFC 9111 §5.2.2). */
export function keepableMs(answer: Answer): number {
  const control = answer.headers['cache-control'] ?? '';
  if (!/(^|[\s,])public([\s,]|$)/.test(control) || /no-store|private/.test(control)) return 0;
  const seconds = Number(/(?:^|[\s,])max-age=(\d{1,9})(?:[\s,]|$)/.exec(control)?.[1] ?? 0);
  return Math.min(seconds * 1000, resolverLimits.keepMs);
}

/**
 * Answers that may be given again for a short time, in the memory of this isolate: the same on Cloudflare and on a workerd in
 * the warehouse, which has no cache service. Beyond their number the one that was kept first goes.
 */
export class KeptAnswers {
  readonly #answers = new Map<string, { readonly answer: Answer; readonly atMs: number; readonly untilMs: number }>();

  /** The answer with its `Age` (RFC 9111 §5.1), or `null`. */
  get(key: string, nowMs: number): Answer | null {
    const kept = this.#answers.get(key);
    if (!kept) return null;
    if (kept.untilMs <= nowMs) {
      this.#answers.delete(key);
      return null;
    }
    const age = String(Math.max(0, Math.floor((nowMs - kept.atMs) / 1000)));
    return { ...kept.answer, headers: { ...kept.answer.headers, age } };
  }

  /** Keeps an answer as long as it may be kept, or not at all. */
  put(key: string, answer: Answer, nowMs: number): void {
    const keepMs = keepableMs(answer);
    if (keepMs === 0 || answer.body.length > resolverLimits.maxKeptAnswerBytes) return;
    this.#answers.delete(key);
    this.#answers.set(key, { answer, atMs: nowMs, untilMs: nowMs + keepMs });
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= resolverLimits.maxKeptAnswers) break;
      this.#answers.delete(oldest);
    }
  }
}
