import type { BacklightLevel, CharacterDisplay, Scheduler, Timer } from "../hal/ports.ts";
import { Blinker } from "./signals.ts";

/** What the backlight becomes when nobody has touched a key or held a card for so long. */
export interface Dimming {
  readonly afterMs: number;
  readonly level: Exclude<BacklightLevel, "full">;
}

/**
 * The light on the glass: full while somebody is there, less after a while, blinking to tell what happened. Touches move no
 * timer: the one there is looks, when its time comes, how long ago the last touch was.
 */
export class Backlight {
  readonly #display: Pick<CharacterDisplay, "backlight">;
  readonly #scheduler: Scheduler;
  readonly #dimming: Dimming | null;
  readonly #blinker: Blinker;
  #level: BacklightLevel = "full";
  #touchedMs: number;
  #timer: Timer | null = null;

  constructor(display: Pick<CharacterDisplay, "backlight">, scheduler: Scheduler, dimming: Dimming | null) {
    this.#display = display;
    this.#scheduler = scheduler;
    this.#dimming = dimming;
    this.#blinker = new Blinker(scheduler, (isOther) =>
      display.backlight(isOther ? this.#other() : this.#level),
    );
    this.#touchedMs = scheduler.nowMs();
    this.#arm();
  }

  /** Somebody is there. */
  touched(): void {
    this.#touchedMs = this.#scheduler.nowMs();
    if (this.#level !== "full") this.#set("full");
    this.#arm();
  }

  blink(times: number): void {
    this.#blinker.blink(times);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#level = "full";
    this.#blinker.stop();
  }

  #set(level: BacklightLevel): void {
    this.#level = level;
    this.#display.backlight(level);
  }

  #other(): BacklightLevel {
    return this.#level === "off" ? "full" : "off";
  }

  #arm(): void {
    const dimming = this.#dimming;
    if (dimming === null || this.#timer !== null) return;
    const dueMs = this.#touchedMs + dimming.afterMs;
    this.#timer = this.#scheduler.after(dueMs - this.#scheduler.nowMs(), () => {
      this.#timer = null;
      if (this.#scheduler.nowMs() >= this.#touchedMs + dimming.afterMs) this.#set(dimming.level);
      else this.#arm();
    });
  }
}
