import { setImmediate as macrotask } from "node:timers/promises";
import type { Scheduler, Timer } from "../../protocol/seams.ts";

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: nothing waits, and everything happens in the order of its instant. */
export class VirtualScheduler implements Scheduler {
  #nowMs = 0;
  #order = 0;
  #due: Due[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const due: Due = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#due.push(due);
    return { cancel: () => void (this.#due = this.#due.filter((each) => each !== due)) };
  }

  soon(run: () => void): void {
    this.after(0, run);
  }

  /** Lets `ms` pass, and everything that is due meanwhile happen, promises included. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await macrotask();
    for (let next = this.#next(untilMs); next !== null; next = this.#next(untilMs)) {
      this.#due = this.#due.filter((each) => each !== next);
      this.#nowMs = next.atMs;
      next.run();
      await macrotask();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Due | null {
    const inOrder = this.#due.filter((due) => due.atMs <= untilMs);
    inOrder.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    return inOrder[0] ?? null;
  }
}
