import type { Rhythm, Scheduler, Timer } from "../hal/ports.ts";
import type { SoundName } from "../device/core/types.ts";
import { RHYTHMS } from "../device/signals.ts";
import type { SoundSource } from "./chips/buzzer.ts";

/**
 * Listens to the buzzer as an ear does: beeps close together are one sound, and its rhythm says which. Nothing is told
 * to it by the software that plays.
 */

/** Longest silence within a sound, beyond the longest gap of any rhythm (50 ms) and what a busy machine adds. */
const SILENCE_MS = 80;
/** How much longer a beep or gap may be than its rhythm says: real timers are late. */
const LATE_MS = 25;
const LATE_SHARE = 0.3;
/** And how much shorter: they count whole milliseconds from different instants. */
const EARLY_MS = 2;
const MAX_SOUNDS = 256;

export interface HeardSound {
  /** Counts up from 1. */
  readonly number: number;
  readonly sound: SoundName | null;
  readonly rhythm: Rhythm;
}

export class Ear {
  readonly #scheduler: Scheduler;
  readonly #heard: HeardSound[] = [];
  readonly #listeners = new Set<(sound: HeardSound) => void>();
  #number = 0;
  #rhythm: number[] = [];
  #changedMs = 0;
  #silence: Timer | null = null;

  constructor(buzzer: SoundSource, scheduler: Scheduler) {
    this.#scheduler = scheduler;
    buzzer.onChange((sounding, atMs) => this.#follow(sounding, atMs));
  }

  /** The latest sounds after number `after`, oldest first. */
  sounds(after: number): readonly HeardSound[] {
    return this.#heard.filter((each) => each.number > after);
  }

  onSound(listener: (sound: HeardSound) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #follow(sounding: boolean, atMs: number): void {
    this.#silence?.cancel();
    if (!sounding || this.#rhythm.length > 0) this.#rhythm.push(Math.round(atMs - this.#changedMs));
    this.#changedMs = atMs;
    if (!sounding) this.#silence = this.#scheduler.after(SILENCE_MS, () => this.#end());
  }

  #end(): void {
    const heard = this.#rhythm;
    this.#rhythm = [];
    for (const rhythm of soundsIn(heard)) {
      this.#number += 1;
      const sound: HeardSound = { number: this.#number, sound: nameOf(rhythm), rhythm };
      this.#heard.push(sound);
      if (this.#heard.length > MAX_SOUNDS) this.#heard.shift();
      for (const listener of this.#listeners) listener(sound);
    }
  }
}

/** Two sounds may run together, a key and what it led to: then the later one is known by its end. */
function soundsIn(heard: Rhythm): readonly Rhythm[] {
  if (nameOf(heard) !== null) return [heard];
  for (let begin = 2; begin < heard.length; begin += 2) {
    const later = heard.slice(begin);
    if (nameOf(later) !== null) return [...soundsIn(heard.slice(0, begin - 1)), later];
  }
  return [heard];
}

function nameOf(heard: Rhythm): SoundName | null {
  for (const [name, rhythm] of Object.entries(RHYTHMS)) {
    if (rhythm.length === heard.length && rhythm.every((ms, index) => isClose(heard[index] ?? 0, ms))) {
      // The entries of a Record<SoundName, ...> have SoundName keys; Object.entries forgets that.
      return name as SoundName;
    }
  }
  return null;
}

function isClose(heardMs: number, wantedMs: number): boolean {
  return heardMs >= wantedMs - EARLY_MS && heardMs <= wantedMs * (1 + LATE_SHARE) + LATE_MS;
}
