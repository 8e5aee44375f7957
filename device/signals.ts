import type { Rhythm, Scheduler, Timer } from "../hal/ports.ts";
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
  here: [300, 50, 300, 50, 300],
};

/** A blink: long enough to be seen from the side, short enough to read through. */
const BLINK_MS = 120;
const BETWEEN_BLINKS_MS = 160;

/** So many blinks, of the backlight or of a light: how long it is other than at rest, and at rest again, in turn. */
export function blinkRhythm(times: number): Rhythm {
  return Array.from({ length: times }, () => [BLINK_MS, BETWEEN_BLINKS_MS]).flat();
}

/** Plays blinks on anything that can be other than at rest; a new request starts over. */
export class Blinker {
  readonly #scheduler: Scheduler;
  readonly #show: (isOther: boolean) => void;
  #timer: Timer | null = null;

  constructor(scheduler: Scheduler, show: (isOther: boolean) => void) {
    this.#scheduler = scheduler;
    this.#show = show;
  }

  blink(times: number): void {
    this.#timer?.cancel();
    this.#play(blinkRhythm(times), 0);
  }

  /** At rest, at once. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#show(false);
  }

  #play(rhythm: Rhythm, step: number): void {
    const durationMs = rhythm[step];
    if (durationMs === undefined) {
      this.stop();
      return;
    }
    this.#show(step % 2 === 0);
    this.#timer = this.#scheduler.after(durationMs, () => this.#play(rhythm, step + 1));
  }
}
