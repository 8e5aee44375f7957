import type { NetBoard } from "./nets.ts";

export interface Beep {
  readonly startMs: number;
  readonly durationMs: number;
}

/** Something that sounds or does not, for an ear. */
export interface SoundSource {
  /** Finished beeps, oldest first. */
  readonly beeps: readonly Beep[];
  readonly sounding: boolean;
  /** Calls `listener` whenever it starts or stops. Returns the call that ends it. */
  onChange(listener: (sounding: boolean, atMs: number) => void): () => void;
}

/** Beeps that are remembered; older ones are forgotten. */
const MAX_BEEPS = 64;

/** Remembers what a source did. */
export class SoundRecord implements SoundSource {
  readonly #beeps: Beep[] = [];
  readonly #listeners = new Set<(sounding: boolean, atMs: number) => void>();
  #startedMs: number | null = null;

  get beeps(): readonly Beep[] {
    return this.#beeps;
  }

  get sounding(): boolean {
    return this.#startedMs !== null;
  }

  onChange(listener: (sounding: boolean, atMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected follow(sounding: boolean, atMs: number): void {
    if (sounding === this.sounding) return;
    if (this.#startedMs !== null) {
      if (this.#beeps.length >= MAX_BEEPS) this.#beeps.shift();
      this.#beeps.push({ startMs: this.#startedMs, durationMs: atMs - this.#startedMs });
    }
    this.#startedMs = sounding ? atMs : null;
    for (const listener of this.#listeners) listener(sounding, atMs);
  }
}

/** An active buzzer between a net and ground: it sounds while the net is high. */
export class Buzzer extends SoundRecord {
  constructor({
    nets,
    net,
    nowMs,
  }: {
    readonly nets: NetBoard;
    readonly net: number;
    readonly nowMs: () => number;
  }) {
    super();
    const follow = (): void => this.follow((nets.levels & (1 << net)) !== 0, nowMs());
    nets.watch(1 << net, follow);
    follow();
  }
}
