/** A span of time, its end included; `Infinity` for one that goes on. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Spans of time that matter, by thing: what overlaps or touches is one. */
export class Windows {
  readonly #spans = new Map<number, Span[]>();

  of(thing: number): readonly Span[] {
    return this.#spans.get(thing) ?? [];
  }

  /** Adds a span; `false` where it was covered already. */
  add(thing: number, span: Span): boolean {
    const known = this.#spans.get(thing) ?? [];
    if (known.some(({ fromMs, toMs }) => fromMs <= span.fromMs && toMs >= span.toMs)) return false;
    let { fromMs, toMs } = span;
    const apart: Span[] = [];
    for (const other of known) {
      if (other.fromMs > toMs || other.toMs < fromMs) apart.push(other);
      else [fromMs, toMs] = [Math.min(fromMs, other.fromMs), Math.max(toMs, other.toMs)];
    }
    this.#spans.set(
      thing,
      [...apart, { fromMs, toMs }].sort((a, b) => a.fromMs - b.fromMs),
    );
    return true;
  }
}

/**
 * The part of a stay that lies in a span; `null` where there is none. Moments count: a stay without length, and one that a span
 * without length meets.
 */
export function clip(stay: Span, span: Span): Span | null {
  const fromMs = Math.max(stay.fromMs, span.fromMs);
  const toMs = Math.min(stay.toMs, span.toMs);
  if (fromMs < toMs) return { fromMs, toMs };
  const isMoment = stay.fromMs === stay.toMs || span.fromMs === span.toMs;
  return fromMs === toMs && isMoment ? { fromMs, toMs } : null;
}
