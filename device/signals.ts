import type { CharacterDisplay, Rhythm, Scheduler, Timer } from "../hal/ports.ts";
import type { SoundName } from "./core/types.ts";

/**
 * Rhythms of the sounds, on and off in milliseconds. On an active buzzer only rhythm tells sounds apart; in and out
 * differ by number of beeps, refused is the only long one, and every key is the same (a PIN cannot be heard).
 */
export const RHYTHMS: Readonly<Record<SoundName, Rhythm>> = {
  key: [12],
  in: [80, 50, 160],
  out: [80, 50, 80, 50, 160],
  refused: [600],
  undone: [160, 50, 80],
  asked: [40, 40, 40],
};

/** Backlight blinks: long enough to be seen from the side, short enough to read through. */
const BLINK_OFF_MS = 120;
const BLINK_ON_MS = 160;

/** Blinks the backlight by switching it off and on again; a new request starts over. */
export class BacklightBlinker {
  readonly #display: CharacterDisplay;
  readonly #scheduler: Scheduler;
  #timer: Timer | null = null;

  constructor(display: CharacterDisplay, scheduler: Scheduler) {
    this.#display = display;
    this.#scheduler = scheduler;
  }

  blink(times: number): void {
    this.#timer?.cancel();
    this.#off(times);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#display.backlight("full");
  }

  #off(left: number): void {
    if (left <= 0) {
      this.stop();
      return;
    }
    this.#display.backlight("off");
    this.#timer = this.#scheduler.after(BLINK_OFF_MS, () => {
      this.#display.backlight("full");
      this.#timer = this.#scheduler.after(BLINK_ON_MS, () => this.#off(left - 1));
    });
  }
}
