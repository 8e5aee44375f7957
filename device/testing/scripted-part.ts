import type { PartHealth } from "../../hal/ports.ts";

/** A part whose trouble a test decides on: what no chip can be brought to do on purpose, such as never answering. */
export class ScriptedPart implements PartHealth {
  probes = 0;
  #fault: (error: Error & { readonly code: string }) => void = () => undefined;
  #recovered: () => void = () => undefined;
  #held: PromiseWithResolvers<void> | null = null;

  onFault(listener: (error: Error & { readonly code: string }) => void): void {
    this.#fault = listener;
  }

  onRecovered(listener: () => void): void {
    this.#recovered = listener;
  }

  probe(): Promise<void> {
    this.probes += 1;
    return this.#held?.promise ?? Promise.resolve();
  }

  fail(code: string): void {
    this.#fault(Object.assign(new Error("does not work"), { code }));
  }

  recover(): void {
    this.#recovered();
  }

  /** From now on probes are not answered. */
  hang(): void {
    this.#held = Promise.withResolvers();
  }

  /** Answers those that wait, and all after them. */
  answer(): void {
    this.#held?.resolve();
    this.#held = null;
  }
}
