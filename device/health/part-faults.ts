import type { Logger } from "pino";
import type { PartHealth } from "../../hal/ports.ts";

/** Parts that a terminal may have, by the names that events and logs have for them. */
export type PartName = "display" | "keypad" | "sounder" | "leds" | "reader";
export type WatchedParts = ReadonlyMap<PartName, PartHealth>;

/** Code of a part that has not answered a probe within its limit. */
export const PART_SILENT = "part.silent";

export type FaultListener = (part: PartName, code: string | null) => void;

/**
 * What is wrong with which part, by its own report or because it does not answer a probe. A part that fails degrades the terminal and
 * mends itself: all there is to do is to tell, in the log and to listeners, once when it begins and once when it is over.
 */
export class PartFaults {
  readonly #reported = new Map<PartName, string>();
  readonly #silent = new Set<PartName>();
  readonly #told = new Map<PartName, string>();
  readonly #listeners: FaultListener[] = [];
  readonly #log: Logger;
  #closed = false;

  /** Sets the parts' listeners. */
  constructor(parts: WatchedParts, log: Logger) {
    this.#log = log;
    for (const [part, health] of parts) {
      health.onFault(({ code, message }) => {
        this.#reported.set(part, code);
        this.#tell(part, message);
      });
      health.onRecovered(() => {
        this.#reported.delete(part);
        this.#tell(part, "");
      });
    }
  }

  /** Adds a listener, and tells it at once of what is wrong already. */
  onChange(listener: FaultListener): void {
    this.#listeners.push(listener);
    for (const [part, code] of this.#told) listener(part, code);
  }

  /** The code of its fault, null when it is well. */
  codeOf(part: PartName): string | null {
    return this.#reported.get(part) ?? (this.#silent.has(part) ? PART_SILENT : null);
  }

  /** A probe had no answer in time, or has one again. */
  setSilent(part: PartName, isSilent: boolean): void {
    if (isSilent) this.#silent.add(part);
    else this.#silent.delete(part);
    this.#tell(part, "does not answer");
  }

  /** Tells nobody anything more. */
  close(): void {
    this.#closed = true;
  }

  #tell(part: PartName, message: string): void {
    if (this.#closed) return;
    const code = this.codeOf(part);
    if (code === (this.#told.get(part) ?? null)) return;
    if (code === null) {
      this.#told.delete(part);
      this.#log.info({ part }, "works again");
    } else {
      this.#told.set(part, code);
      this.#log.warn({ part, code }, message);
    }
    for (const listener of this.#listeners) listener(part, code);
  }
}
