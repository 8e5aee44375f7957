import type { HalError } from "./errors.ts";
import type { PartHealth } from "./ports.ts";

/**
 * Tells a part's owner when trouble begins and when all of it is over, once each, however often the part notices. A part
 * may be in several troubles at once: each is named by its own word.
 */
export class FaultReporter implements Omit<PartHealth, "probe"> {
  readonly #present = new Set<string>();
  #fault: (error: HalError) => void = () => undefined;
  #recovered: () => void = () => undefined;

  onFault(listener: (error: HalError) => void): void {
    this.#fault = listener;
  }

  onRecovered(listener: () => void): void {
    this.#recovered = listener;
  }

  get inFault(): boolean {
    return this.#present.size > 0;
  }

  begin(trouble: string, error: HalError): void {
    if (this.#present.has(trouble)) return;
    this.#present.add(trouble);
    this.#fault(error);
  }

  end(trouble: string): void {
    if (this.#present.delete(trouble) && this.#present.size === 0) this.#recovered();
  }
}
