import type { Clock } from '../clock.ts';
import { EdgeError, isRefusal } from '../error.ts';
import { backOffMs, longestDelayMs, longestRefusedDelayMs } from '../forwarding/back-off.ts';
import { errorFields, log } from '../log.ts';
import { type TimerName, type TimerStore, timerNames } from '../store/timer-store.ts';

/** Does what is due and says when it is next due, in Unix milliseconds; `null`: not before somebody asks. */
export type Task = () => Promise<number | null>;

/** A task that never came back (its process died) is tried again after this long. */
const watchdogMs = 90_000;

/**
 * All timers of the node over the one alarm that an object has. An alarm gives up after six failures, so nothing that
 * happens within one may be its failure: each task has its own back-off, and the alarm is set again whatever happened.
 */
export class AlarmTasks {
  readonly #storage: DurableObjectStorage;
  readonly #timers: TimerStore;
  readonly #clock: Clock;
  readonly #tasks: Readonly<Record<TimerName, Task>>;
  readonly #running = new Set<TimerName>();
  readonly #again = new Set<TimerName>();
  #armedMs: number | null = null;

  constructor(
    storage: DurableObjectStorage,
    timers: TimerStore,
    clock: Clock,
    tasks: Readonly<Record<TimerName, Task>>,
  ) {
    this.#storage = storage;
    this.#timers = timers;
    this.#clock = clock;
    this.#tasks = tasks;
  }

  /** Makes a task due at a time, unless it is due earlier already. */
  arm(name: TimerName, dueMs: number): void {
    const known = this.#timers.get(name);
    if (known && known.dueMs <= dueMs) return;
    this.#timers.set(name, dueMs, known?.attempts ?? 0);
    this.#setAlarm();
  }

  /** Runs a task now; one that is running runs once more afterwards. */
  kick(name: TimerName): void {
    void this.run(name);
  }

  /** As `kick`, unless the task failed last and waits for its next attempt: new work must not shorten that. */
  prompt(name: TimerName): void {
    const timer = this.#timers.get(name);
    if (!timer || timer.attempts === 0 || timer.dueMs <= this.#clock.nowMs()) this.kick(name);
  }

  /** As `kick`, for callers who wait for its end. It never throws: failures are the task's own, for its back-off. */
  async run(name: TimerName): Promise<void> {
    if (this.#running.has(name)) {
      this.#again.add(name);
      return;
    }
    this.#running.add(name);
    const attempts = this.#timers.get(name)?.attempts ?? 0;
    // Should the process die in the middle, the alarm still knows of it.
    this.#timers.set(name, this.#clock.nowMs() + watchdogMs, attempts);
    this.#setAlarm();
    try {
      const next = await this.#tasks[name]();
      if (next === null) this.#timers.clear(name);
      else this.#timers.set(name, next, 0);
    } catch (error) {
      log('warn', 'task-failed', { task: name, attempts, ...errorFields(error) });
      const longestMs = isRefusal(error) ? longestRefusedDelayMs : longestDelayMs;
      const delayMs = Math.max(retryAfterMs(error), backOffMs(attempts, this.#clock.random(), longestMs));
      this.#timers.set(name, this.#clock.nowMs() + delayMs, attempts + 1);
    } finally {
      this.#running.delete(name);
      this.#setAlarm();
    }
    if (this.#again.delete(name)) await this.run(name);
  }

  /** The alarm: starts whatever is due. It does not wait for their ends, so that a slow gateway holds up no keep-alive. */
  ring(): void {
    this.#armedMs = null;
    try {
      const nowMs = this.#clock.nowMs();
      for (const name of timerNames) {
        const timer = this.#timers.get(name);
        if (timer && timer.dueMs <= nowMs) this.kick(name);
      }
    } finally {
      this.#setAlarm();
    }
  }

  /** After a start: an alarm of before may be lost, the timers are not. */
  resume(): void {
    this.#armedMs = null;
    this.#setAlarm();
  }

  #setAlarm(): void {
    const due = this.#timers.all().map((timer) => timer.dueMs);
    if (due.length === 0) return;
    const next = Math.min(...due);
    if (next === this.#armedMs) return;
    this.#armedMs = next;
    // The write is part of the object's own transaction: it needs no waiting for, and its failure resets the object.
    void this.#storage.setAlarm(next);
  }
}

function retryAfterMs(error: unknown): number {
  const asked = error instanceof EdgeError ? error.details.retryAfterMs : null;
  return typeof asked === 'number' ? Math.min(asked, watchdogMs) : 0;
}
