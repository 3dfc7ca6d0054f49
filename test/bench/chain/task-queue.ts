interface Task {
  readonly atMs: number;
  /** Tasks of one moment run in the order in which they were planned. */
  readonly order: number;
  readonly run: (nowMs: number) => void;
}

/** What is planned, the earliest first: a binary heap. */
export class TaskQueue {
  readonly #heap: Task[] = [];
  #planned = 0;

  plan(atMs: number, run: Task['run']): void {
    const heap = this.#heap;
    const task = { atMs, order: this.#planned++, run };
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Task;
      if (!isBefore(task, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = task;
  }

  /** Runs the next task; `false` where nothing is planned. */
  runNext(): boolean {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last) return false;
    if (heap.length > 0) {
      let at = 0;
      for (let child = 1; child < heap.length; child = 2 * at + 1) {
        const right = heap[child + 1];
        if (right && isBefore(right, heap[child] as Task)) child++;
        const below = heap[child] as Task;
        if (!isBefore(below, last)) break;
        heap[at] = below;
        at = child;
      }
      heap[at] = last;
    }
    first.run(first.atMs);
    return true;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
