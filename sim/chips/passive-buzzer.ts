import { SoundRecord } from "./buzzer.ts";
import type { SimulatedSysfsPwm, PwmWave } from "./sysfs-pwm.ts";

/** What people hear. */
const LOWEST_AUDIBLE_HZ = 20;
const HIGHEST_AUDIBLE_HZ = 20_000;

export interface PassiveBuzzerOptions {
  readonly pwm: SimulatedSysfsPwm;
  readonly channel: number;
  readonly nowMs: () => number;
}

/** A disc without an oscillator: it sounds as its line moves it, the louder the nearer to half of each period it is high. */
export class PassiveBuzzer extends SoundRecord {
  readonly #options: PassiveBuzzerOptions;

  constructor(options: PassiveBuzzerOptions) {
    super();
    this.#options = options;
    const { pwm, channel, nowMs } = options;
    pwm.watch(channel, (wave) => this.follow(isAudible(wave), nowMs()));
  }

  /** Pitch, and loudness from 0 to 1 (of a pulse's first harmonic); null while it is silent. */
  get tone(): { readonly frequencyHz: number; readonly loudness: number } | null {
    const wave = this.#options.pwm.wave(this.#options.channel);
    if (wave === null || !isAudible(wave)) return null;
    return { frequencyHz: wave.frequencyHz, loudness: Math.sin(Math.PI * wave.share) };
  }
}

function isAudible(wave: PwmWave | null): boolean {
  if (wave === null || wave.share <= 0 || wave.share >= 1) return false;
  return wave.frequencyHz >= LOWEST_AUDIBLE_HZ && wave.frequencyHz <= HIGHEST_AUDIBLE_HZ;
}
