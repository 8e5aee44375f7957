import { HalError } from "../errors.ts";
import { because, KeptOpen } from "../kept-open.ts";
import type { LedsPlan } from "../plan.ts";
import type { GpioBank, GpioLineRequest, GpioLines, GpioOp, LedName, Leds, Scheduler } from "../ports.ts";

/** Lines of the group, in the order of its request. */
const LEDS: readonly LedName[] = ["green", "red"];
const READ: readonly GpioOp[] = [{ op: "read" }];

export interface GpioLedsOptions {
  readonly bank: GpioBank;
  readonly scheduler: Scheduler;
  /** Each lights its LED when high. */
  readonly lines: LedsPlan;
}

/** Two lights, each on a line of its own with a resistor. After a fault they show again what they should. */
export class GpioLeds implements Leds {
  readonly #lines: KeptOpen<GpioLines>;
  /** What should be lit, as the group's levels. */
  #wanted = 0;

  constructor({ bank, scheduler, lines: { green, red } }: GpioLedsOptions) {
    const requests = [green, red].map((bcm): GpioLineRequest => ({
      bcm,
      direction: "out",
      drive: "push-pull",
      initial: false,
    }));
    this.#lines = new KeptOpen({
      scheduler,
      open: () => bank.open("punchbox lights", requests),
      check: (lines) => lines.run(READ),
      // What was wanted until now.
      onOpen: (lines) => this.#show(lines),
      onLost: () => undefined,
      faultOf: (cause) =>
        new HalError(
          "hal.leds.io",
          `the lights on GPIO${green} and GPIO${red} cannot be driven${because(cause)}`,
          {
            cause,
          },
        ),
    });
  }

  set(led: LedName, on: boolean): void {
    const bit = 1 << LEDS.indexOf(led);
    this.#wanted = on ? this.#wanted | bit : this.#wanted & ~bit;
    this.#lines.wake();
    const lines = this.#lines.handle;
    if (lines !== null) this.#show(lines);
  }

  onFault(listener: (error: HalError) => void): void {
    this.#lines.onFault(listener);
  }

  onRecovered(listener: () => void): void {
    this.#lines.onRecovered(listener);
  }

  probe(): Promise<void> {
    return this.#lines.probe();
  }

  /** Dark: the lines become inputs. */
  close(): Promise<void> {
    return this.#lines.close();
  }

  #show(lines: GpioLines): void {
    const all = 2 ** LEDS.length - 1;
    lines
      .run([{ op: "write", mask: all, levels: this.#wanted }])
      .catch((cause: unknown) => this.#lines.fail(lines, cause));
  }
}
