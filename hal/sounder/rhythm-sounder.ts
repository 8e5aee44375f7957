import type { HalError } from "../errors.ts";
import { KeptOpen } from "../kept-open.ts";
import type { Rhythm, Scheduler, Sounder, Timer, Volume } from "../ports.ts";
import { checkRhythm } from "./rhythm.ts";

/** What makes the sound. */
export interface Voice {
  /** Sounds, at this loudness, or falls silent; in the order of the calls. */
  sound(loudness: Volume): Promise<unknown>;
  /** Whether it still works; makes no sound. */
  check(): Promise<unknown>;
  /** Falls silent. */
  close(): Promise<void>;
}

export interface RhythmSounderOptions {
  readonly scheduler: Scheduler;
  /** Opens the voice, silent. */
  readonly open: () => Promise<Voice>;
  /** What a rhythm becomes at a volume. */
  readonly adapt: (rhythm: Rhythm, volume: Volume) => Rhythm;
  readonly faultOf: (cause: unknown) => HalError;
}

/**
 * Plays rhythms on a voice. Trouble makes it silent, never late: a rhythm that cannot start is dropped, and the voice is opened again for
 * a later one.
 */
export class RhythmSounder implements Sounder {
  readonly #options: RhythmSounderOptions;
  readonly #voice: KeptOpen<Voice>;
  #volume: Volume = "full";
  #rhythm: Rhythm = [];
  #loudness: Volume = "full";
  #position = 0;
  #timer: Timer | null = null;

  constructor(options: RhythmSounderOptions) {
    this.#options = options;
    const { scheduler, open, faultOf } = options;
    this.#voice = new KeptOpen({
      scheduler,
      open,
      check: (voice) => voice.check(),
      // What was asked for meanwhile is only a moment old.
      onOpen: () => this.#step(),
      onLost: () => this.#stop(),
      faultOf,
    });
  }

  /** Throws RangeError for a rhythm with more than MAX_RHYTHM_TIMES or a time outside 0 to MAX_RHYTHM_TIME_MS. */
  play(rhythm: Rhythm): void {
    checkRhythm(rhythm);
    this.#stop();
    if (!this.#voice.wake()) return;
    this.#loudness = this.#volume;
    this.#rhythm = this.#volume === "off" ? [] : this.#options.adapt(rhythm, this.#volume);
    this.#step();
  }

  volume(volume: Volume): void {
    this.#volume = volume;
  }

  onFault(listener: (error: HalError) => void): void {
    this.#voice.onFault(listener);
  }

  onRecovered(listener: () => void): void {
    this.#voice.onRecovered(listener);
  }

  probe(): Promise<void> {
    return this.#voice.probe();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#voice.close();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#rhythm = [];
    this.#position = 0;
  }

  /** Plays the present position of the rhythm, even positions being on, and comes back for the next. */
  #step(): void {
    const voice = this.#voice.handle;
    if (voice === null) return;
    const timeMs = this.#rhythm[this.#position];
    const on = timeMs !== undefined && timeMs > 0 && this.#position % 2 === 0;
    voice.sound(on ? this.#loudness : "off").catch((cause: unknown) => this.#voice.fail(voice, cause));
    if (timeMs === undefined) return;
    this.#position++;
    this.#timer = this.#options.scheduler.after(timeMs, () => this.#step());
  }
}
