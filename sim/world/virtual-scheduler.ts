import { nextTick } from "node:process";
import { setImmediate } from "node:timers";
import type { Scheduler, Timer } from "../../hal/ports.ts";

/** Time is kept in whole nanoseconds, so that no rounding adds up: a safe integer lasts 104 days. */
const NS_PER_MS = 1e6;
const NS_PER_US = 1e3;
/** Cancelled entries are swept out of the heap when there are this many more of them than live ones. */
const SWEEP_SLACK = 64;

interface Entry extends Timer {
  readonly dueNs: number;
  readonly order: number;
  run: (() => void) | null;
}

/**
 * The clock of the seeded world: time moves only from one event to the next. Events of the same instant run in the
 * order they were asked for, so a run replays exactly.
 */
export class VirtualScheduler implements Scheduler {
  #nowNs = 0;
  #order = 0;
  #live = 0;
  #heap: Entry[] = [];

  nowMs(): number {
    return this.#nowNs / NS_PER_MS;
  }

  /** Calls that have neither run nor been cancelled. */
  get pending(): number {
    return this.#live;
  }

  after(delayMs: number, run: () => void): Timer {
    // Rounded up: a timer may be late, never early, or who waits for an instant would find it not yet come, for ever.
    const dueNs = this.#nowNs + Math.max(0, Math.ceil(delayMs * NS_PER_MS));
    if (!Number.isSafeInteger(dueNs))
      throw new RangeError(`a delay of ${delayMs} ms ends beyond virtual time`);
    const entry: Entry = {
      dueNs,
      order: this.#order++,
      run,
      cancel: () => {
        if (entry.run === null) return;
        entry.run = null;
        this.#live--;
        if (this.#heap.length > 2 * this.#live + SWEEP_SLACK) this.#sweep();
      },
    };
    this.#live++;
    this.#push(entry);
    return entry;
  }

  soon(run: () => void): void {
    this.after(0, run);
  }

  /** Busy-waiting: the clock moves on within the running event; what falls due meanwhile runs late, as it would. */
  advanceUs(us: number): void {
    this.#nowNs += Math.max(0, Math.round(us * NS_PER_US));
  }

  /** Runs the next event. Returns false when nothing is pending. */
  runNext(): boolean {
    return this.#runBefore(Number.MAX_SAFE_INTEGER);
  }

  /** Runs everything due up to and including `ms`, then sets the clock to it. Promises are not waited for. */
  runUntil(ms: number): void {
    const limitNs = Math.round(ms * NS_PER_MS);
    while (this.#runBefore(limitNs));
    this.#nowNs = Math.max(this.#nowNs, limitNs);
  }

  /**
   * Like {@link runUntil} for code with promises: before the first event and after each, every promise settles that can without
   * an event. What Node itself has to do (load a module, a system call) gets a turn before the first event and at the end
   * only: nothing in a run may wait for it. With `until`, stops as soon as it returns true.
   */
  async run(ms: number, until?: () => boolean): Promise<void> {
    const limitNs = Math.round(ms * NS_PER_MS);
    await turnOfEventLoop();
    while (until?.() !== true) {
      if (!this.#runBefore(limitNs)) {
        this.#nowNs = Math.max(this.#nowNs, limitNs);
        break;
      }
      await promisesSettled();
    }
    await turnOfEventLoop();
  }

  /** Lets `ms` go by, promises included. */
  pass(ms: number): Promise<void> {
    return this.run(this.nowMs() + ms);
  }

  #runBefore(limitNs: number): boolean {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || (first.run !== null && first.dueNs > limitNs)) return false;
      this.#pop();
      const { run } = first;
      if (run === null) continue;
      first.run = null;
      this.#live--;
      this.#nowNs = Math.max(this.#nowNs, first.dueNs);
      run();
      return true;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const smaller = right !== undefined && isBefore(right, left) ? right : left;
      if (isBefore(last, smaller)) break;
      heap[index] = smaller;
      index = 2 * index + (smaller === left ? 1 : 2);
    }
    heap[index] = last;
  }

  #sweep(): void {
    const live = this.#heap.filter((entry) => entry.run !== null);
    this.#heap = [];
    for (const entry of live) this.#push(entry);
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueNs === other.dueNs ? one.order < other.order : one.dueNs < other.dueNs;
}

/** One turn of Node's event loop: all promises that can settle have settled by then. */
function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * The same without the turn, at a tenth of its cost: Node runs what `nextTick` asked for once no promise's reaction is left to
 * run (lib/internal/process/task_queues.js).
 */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}
