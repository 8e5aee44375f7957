import type { EventDraft } from "../../protocol/events.ts";

/** A card that fails now and then is told of so often at most; what came between is counted. */
export const HEALED_WINDOW_MS = 60 * 60_000;

/**
 * Writes and syncs that failed and were made good at once. Nobody at the terminal noticed, but a card that does this is going to
 * fail: the hub is to know.
 */
export class HealedFaults {
  #code: string | null = null;
  #more = 0;
  #toldMs: number | null = null;

  healed(code: string): void {
    if (this.#code !== null) this.#more += 1;
    this.#code = code;
  }

  /** What is to be recorded now, the fault and that it is over; nothing if there is none, or one was told of lately. */
  due(nowMs: number): readonly EventDraft[] {
    const code = this.#code;
    if (code === null || (this.#toldMs !== null && nowMs - this.#toldMs < HEALED_WINDOW_MS)) return [];
    const more = this.#more === 0 ? {} : { more: this.#more };
    this.#code = null;
    this.#more = 0;
    this.#toldMs = nowMs;
    const part = "store";
    return [
      { kind: "health.fault", person: null, payload: { part, code, ...more } },
      { kind: "health.recovered", person: null, payload: { part } },
    ];
  }
}
