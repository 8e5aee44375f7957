import type { NetBoard } from "./nets.ts";

export interface Beep {
  readonly startMs: number;
  readonly durationMs: number;
}

/** Beeps that are remembered; older ones are forgotten. */
const MAX_BEEPS = 64;

/** An active buzzer between a net and ground: it sounds while the net is high. */
export class Buzzer {
  readonly #nets: NetBoard;
  readonly #net: number;
  readonly #beeps: Beep[] = [];
  readonly #listeners = new Set<(sounding: boolean, atMs: number) => void>();
  #startedMs: number | null = null;

  constructor(options: { readonly nets: NetBoard; readonly net: number; readonly nowMs: () => number }) {
    this.#nets = options.nets;
    this.#net = options.net;
    options.nets.watch(1 << options.net, () => this.#follow(options.nowMs()));
    this.#follow(options.nowMs());
  }

  /** Finished beeps, oldest first. */
  get beeps(): readonly Beep[] {
    return this.#beeps;
  }

  get sounding(): boolean {
    return this.#startedMs !== null;
  }

  /** Calls `listener` whenever the buzzer starts or stops. Returns the call that ends it. */
  onChange(listener: (sounding: boolean, atMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #follow(atMs: number): void {
    const sounding = (this.#nets.levels & (1 << this.#net)) !== 0;
    if (sounding === this.sounding) return;
    if (this.#startedMs !== null) {
      if (this.#beeps.length >= MAX_BEEPS) this.#beeps.shift();
      this.#beeps.push({ startMs: this.#startedMs, durationMs: atMs - this.#startedMs });
    }
    this.#startedMs = sounding ? atMs : null;
    for (const listener of this.#listeners) listener(sounding, atMs);
  }
}
