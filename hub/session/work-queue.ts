/** Runs jobs strictly one after the other, in the order in which they came, at most so many waiting. */
export class WorkQueue {
  readonly #limit: number;
  readonly #failed: (error: unknown) => void;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = false;

  /** `failed` hears of a job that rejects; the jobs after it still run. */
  constructor(limit: number, failed: (error: unknown) => void) {
    this.#limit = limit;
    this.#failed = failed;
  }

  /** False when the queue is full: the job is not taken. */
  add(job: () => Promise<void>): boolean {
    if (this.#waiting.length >= this.#limit) return false;
    this.#waiting.push(job);
    if (!this.#running) void this.#drain();
    return true;
  }

  /** Drops what waits; the job that runs is not stopped. */
  clear(): void {
    this.#waiting.length = 0;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      try {
        await job();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#running = false;
  }
}
