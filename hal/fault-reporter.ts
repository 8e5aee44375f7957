import type { HalError } from "./errors.ts";
import type { PartHealth } from "./ports.ts";

/**
 * Tells a part's owner when trouble begins and when all of it is over, once each, however often the part notices. A part
 * may be in several troubles at once: each is named by its own word.
 */
export class FaultReporter implements Omit<PartHealth, "probe"> {
  readonly #present = new Map<string, HalError>();
  #fault: (error: HalError) => void = () => undefined;
  #recovered: () => void = () => undefined;

  /** Tells of what is wrong already, too: a part may fail while its owner is still being loaded. */
  onFault(listener: (error: HalError) => void): void {
    this.#fault = listener;
    for (const error of this.#present.values()) listener(error);
  }

  onRecovered(listener: () => void): void {
    this.#recovered = listener;
  }

  get inFault(): boolean {
    return this.#present.size > 0;
  }

  begin(trouble: string, error: HalError): void {
    if (this.#present.has(trouble)) return;
    this.#present.set(trouble, error);
    this.#fault(error);
  }

  end(trouble: string): void {
    if (this.#present.delete(trouble) && this.#present.size === 0) this.#recovered();
  }
}
