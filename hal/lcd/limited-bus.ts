import { HalError } from "../errors.ts";
import { within } from "../limit.ts";
import type { BacklightLevel, Scheduler } from "../ports.ts";
import type { LcdBus, LcdByte } from "./lcd-bus.ts";

/** A call that has not ended by then never will, as far as anybody waits for it: the longest transaction takes 2 ms. */
export const BUS_LIMIT_MS = 500;
/** Taking hold of the wires may take longer: udev hands lines of sysfs to their group some time after they are exported. */
const OPEN_LIMIT_MS = 1_200;

/**
 * Bounds every call of a bus in time: one that hangs rejects with `hal.display.timeout`. Until it has ended after all nothing
 * else is sent, so that calls do not pile up behind it.
 */
export class LimitedBus implements LcdBus {
  readonly name: string;
  readonly #bus: LcdBus;
  readonly #scheduler: Scheduler;
  /** Resolves when the call that hangs has ended. */
  #hung: Promise<void> | null = null;

  constructor(bus: LcdBus, scheduler: Scheduler) {
    this.name = bus.name;
    this.#bus = bus;
    this.#scheduler = scheduler;
  }

  fit(bytes: readonly LcdByte[]): number {
    return this.#bus.fit(bytes);
  }

  async open(): Promise<void> {
    if (this.#hung !== null) await this.#limited(this.#hung);
    await this.#limited(this.#bus.open(), OPEN_LIMIT_MS);
  }

  sendNibble(nibble: number): Promise<void> {
    return this.#limited(this.#bus.sendNibble(nibble));
  }

  send(bytes: readonly LcdByte[]): Promise<void> {
    return this.#limited(this.#bus.send(bytes));
  }

  backlight(level: BacklightLevel): Promise<void> {
    return this.#limited(this.#bus.backlight(level));
  }

  probe(): Promise<boolean> {
    return this.#limited(this.#bus.probe());
  }

  close(): Promise<void> {
    return this.#limited(this.#bus.close());
  }

  #limited<Result>(call: Promise<Result>, limitMs = BUS_LIMIT_MS): Promise<Result> {
    return within(this.#scheduler, limitMs, call, () => {
      const ended = (): void => void (this.#hung = null);
      this.#hung = call.then(ended, ended);
      return new HalError(
        "hal.display.timeout",
        `the display on ${this.name} did not answer within ${limitMs} ms`,
      );
    });
  }
}
