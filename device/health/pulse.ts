import { PROBE_LIMIT_MS } from "../../hal/ports.ts";
import { HEARTBEAT_MS } from "../../protocol/limits.ts";
import type { Scheduler, Timer, WallClock } from "../../protocol/seams.ts";
import type { PartFaults, PartName, WatchedParts } from "./part-faults.ts";

/** Everything that an idle terminal does by the clock, it does at these instants. Two of them make a minute. */
export const PULSE_MS = HEARTBEAT_MS;

/** How a part took a probe: with an answer, with its fault reported, or not at all within the limit. */
export type ProbeResult =
  | { readonly part: PartName; readonly outcome: "answered" }
  | { readonly part: PartName; readonly outcome: "failed"; readonly code: string }
  | { readonly part: PartName; readonly outcome: "silent" };

export interface PulseParts {
  readonly parts: WatchedParts;
  readonly faults: PartFaults;
  readonly scheduler: Scheduler;
  readonly wallClock: WallClock;
}

/**
 * The one timer of an idle terminal. It beats on the wall clock's minutes and half minutes, so that the minute on the screen, the
 * heartbeat to the hub and the probes of all parts share one wake-up.
 */
export class Pulse {
  readonly #parts: PulseParts;
  readonly #beats: (() => void)[] = [];
  readonly #results: ((results: readonly ProbeResult[]) => void)[] = [];
  /** Parts whose probe has not come back: they are not asked again before it does. */
  readonly #asked = new Set<PartName>();
  #timer: Timer | null = null;
  #limit: Timer | null = null;
  #stopped = false;

  constructor(parts: PulseParts) {
    this.#parts = parts;
  }

  /** Called at each beat, before any part is probed. */
  onBeat(listener: () => void): void {
    this.#beats.push(listener);
  }

  /** Called once after each beat with a result for every part: for whoever feeds a watchdog. */
  onResults(listener: (results: readonly ProbeResult[]) => void): void {
    this.#results.push(listener);
  }

  start(): void {
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#limit?.cancel();
  }

  /** Counted from the wall clock anew each time: it may have been set. */
  #arm(): void {
    const { scheduler, wallClock } = this.#parts;
    this.#timer = scheduler.after(PULSE_MS - (wallClock.wallMs() % PULSE_MS), () => this.#beat());
  }

  #beat(): void {
    this.#arm();
    for (const listener of this.#beats) listener();
    void this.#probe();
  }

  async #probe(): Promise<void> {
    const { parts, scheduler } = this.#parts;
    const limit = new Promise<void>((resolve) => {
      this.#limit = scheduler.after(PROBE_LIMIT_MS, resolve);
    });
    const probes = [...parts].map(([part, health]) => this.#ask(part, () => health.probe()));
    await Promise.race([Promise.all(probes), limit]);
    this.#limit?.cancel();
    if (this.#stopped) return;
    const results = [...parts.keys()].map((part) => this.#resultOf(part));
    for (const listener of this.#results) listener(results);
  }

  /** Resolves when the part has come back; for one that still owes an answer, never. */
  #ask(part: PartName, probe: () => Promise<void>): Promise<void> {
    if (this.#asked.has(part)) return new Promise(() => undefined);
    this.#asked.add(part);
    return probe().then(() => {
      this.#asked.delete(part);
      if (!this.#stopped) this.#parts.faults.setSilent(part, false);
    });
  }

  #resultOf(part: PartName): ProbeResult {
    const { faults } = this.#parts;
    if (this.#asked.has(part)) {
      faults.setSilent(part, true);
      return { part, outcome: "silent" };
    }
    const code = faults.codeOf(part);
    return code === null ? { part, outcome: "answered" } : { part, outcome: "failed", code };
  }
}
