import type { VirtualScheduler } from "../virtual-scheduler.ts";

/** What the world found wrong: what was expected, where, and when. */
export class Violation extends Error {
  readonly check: string;

  constructor(check: string, detail: string) {
    super(`${check}: ${detail}`);
    this.check = check;
  }
}

/** Who slept through a quiet time sleeps so much longer at most. */
const LONGEST_START_MS = 60_000;

/** Longer than any world lasts. */
const LONGEST_WORLD_MS = 100 * 86_400_000;

/**
 * Where everybody acts at the same time: each person and each fault is an async function that sleeps in virtual time. What has
 * to happen outside of it (a driver's module is loaded at a power-on) has time stand still.
 */
export class Stage {
  readonly scheduler: VirtualScheduler;
  readonly #outside: (() => Promise<void>)[] = [];
  #failure: { readonly error: unknown } | null = null;
  #isBusy = true;
  #awaitBusy: (() => void)[] = [];

  constructor(scheduler: VirtualScheduler) {
    this.scheduler = scheduler;
  }

  get nowMs(): number {
    return this.scheduler.nowMs();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.scheduler.after(ms, resolve));
  }

  /** Sleeps so long, of a busy world's time: what is quiet costs little, for nothing happens in it. */
  async sleepBusy(ms: number): Promise<void> {
    await this.sleep(ms);
    while (!this.#isBusy) {
      await new Promise<void>((resolve) => this.#awaitBusy.push(resolve));
      await this.sleep(Math.min(ms, LONGEST_START_MS));
    }
  }

  setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    if (!isBusy) return;
    for (const resolve of this.#awaitBusy.splice(0)) resolve();
  }

  /** Runs something for which virtual time stands still. */
  outside(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#outside.push(() => work().then(resolve, reject));
    });
  }

  /** Begins what nobody waits for. What goes wrong in it ends the world. */
  begin(act: () => Promise<void>): void {
    act().catch((error: unknown) => this.fail(error));
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Lets the world go on until `act` is over. Rejects with what went wrong first. */
  async play(act: () => Promise<void>): Promise<void> {
    const end = { isReached: false };
    this.begin(() => act().then(() => void (end.isReached = true)));
    const isDue = (): boolean => end.isReached || this.#failure !== null || this.#outside.length > 0;
    while (!end.isReached) {
      await this.scheduler.run(LONGEST_WORLD_MS, isDue);
      for (const work of this.#outside.splice(0)) await work();
      if (this.#failure !== null) throw this.#failure.error;
      if (this.nowMs >= LONGEST_WORLD_MS) throw new Violation("end", "this world does not end");
    }
  }
}

/** One at a time, in the order in which they came: a queue before a terminal. */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  get length(): number {
    return this.#waiting;
  }

  async take(act: () => Promise<void>): Promise<void> {
    const before = this.#last;
    let done: () => void = () => undefined;
    this.#last = new Promise((resolve) => (done = resolve));
    this.#waiting += 1;
    await before;
    try {
      await act();
    } finally {
      this.#waiting -= 1;
      done();
    }
  }
}
