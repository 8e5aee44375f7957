import type { LedName, Leds, Scheduler } from "../hal/ports.ts";
import { Blinker } from "./signals.ts";

/**
 * The two lights. Green flashes for what was recorded, red for what was refused, in the backlight's own count. Red is lit for as long as
 * nobody can punch as usual (display or keypad out of order): a dark box is seen to be on, and to want help.
 */
export class Lights {
  readonly #blinkers: Readonly<Record<LedName, Blinker>>;
  #outOfOrder = false;

  constructor(leds: Pick<Leds, "set"> | null, scheduler: Scheduler) {
    this.#blinkers = {
      green: new Blinker(scheduler, (isOther) => leds?.set("green", isOther)),
      red: new Blinker(scheduler, (isOther) => leds?.set("red", isOther !== this.#outOfOrder)),
    };
  }

  /** One light tells one thing: the other stops telling what was before. */
  flash(led: LedName, times: number): void {
    this.#blinkers[led === "green" ? "red" : "green"].stop();
    this.#blinkers[led].blink(times);
  }

  /** Lights red, or no longer; what it is just telling is cut short. */
  outOfOrder(isSo: boolean): void {
    if (isSo === this.#outOfOrder) return;
    this.#outOfOrder = isSo;
    this.#blinkers.red.stop();
  }

  /** Dark. */
  stop(): void {
    this.#outOfOrder = false;
    for (const blinker of Object.values(this.#blinkers)) blinker.stop();
  }
}
