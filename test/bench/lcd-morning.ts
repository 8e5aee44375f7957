import { NEVER_PUNCHED, type Presence } from "../../protocol/presence.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import type { DirectoryEntry } from "../../device/core/types.ts";
import { entry, TYPICAL } from "../docs/gallery-people.ts";
import { Walk } from "../docs/walk.ts";

/** The rows of one frame. */
export type Rows = readonly string[];

/**
 * What a 20x4 display is told on a morning: the real core, walked through so many punches by hands with a fixed seed, and
 * every frame that differs from the one before. Minutes pass, people mistype, forget which PIN is theirs, undo.
 */
export const MORNING_PUNCHES = 300;
const SEED = 300;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** From one person's punch to the next one's first key: a queue now and then, or so long on average. Four hours in all. */
const MEAN_GAP_MS = 60_000;
const QUEUE_SHARE = 0.3;
const QUEUE_GAP_MS = 1_200;
/** Between keys, and the shell's answers. */
const KEY_MS = 250;
const OPEN_MS = 5;
const CHECK_MS = 60;
const RECORD_MS = 10;
const MISTYPED_SHARE = 0.1;
const WRONG_PIN_SHARE = 0.08;
const UNDO_SHARE = 0.05;
const BY_NAME_SHARE = 0.1;
/** Undo is ignored in the first 0.6 s. */
const BEFORE_UNDO_MS = 1_000;

const FIRST_NAMES = [
  "Ana",
  "Marko",
  "Lucía",
  "Jürgen",
  "Zoë",
  "Ștefan",
  "Małgorzata",
  "Jan",
  "Chloé",
  "Đurđa",
];
const LAST_NAMES = ["Kovač", "Novák", "Müller", "García", "Ionescu", "Wiśniewska", "Horvat"];
const PEOPLE: readonly DirectoryEntry[] = Array.from({ length: 70 }, (_, index) =>
  entry(
    index + 1,
    String(1001 + 37 * index),
    `${FIRST_NAMES[index % FIRST_NAMES.length] ?? ""} ${LAST_NAMES[index % LAST_NAMES.length] ?? ""}`,
  ),
);

/** Hands at the keypad, and the shell's answers as the data they are. */
class Hands {
  readonly frames: Rows[] = [];
  durationMs = 0;
  readonly #walk = new Walk({ ...TYPICAL, directory: { ...TYPICAL.directory, people: PEOPLE } });
  readonly #random = new SeededRandom(SEED);
  readonly #in = new Map<DirectoryEntry, Presence>();
  #person = PEOPLE[0] ?? entry(1, "1001", "Ana");
  #wrongPinDue = false;

  constructor() {
    this.#note();
  }

  /** One person comes, and is through. */
  punch(): void {
    this.#person = PEOPLE[Math.floor(this.#random.uniform() * PEOPLE.length)] ?? this.#person;
    this.#wrongPinDue = this.#chance(WRONG_PIN_SHARE);
    this.pass(this.#chance(QUEUE_SHARE) ? QUEUE_GAP_MS : -MEAN_GAP_MS * Math.log(1 - this.#random.uniform()));
    if (this.#chance(BY_NAME_SHARE)) this.#keys("*526***");
    const { number } = this.#person;
    this.#keys(this.#chance(MISTYPED_SHARE) ? `${number.slice(0, 2)}9*${number.slice(2)}` : number);
    const wasIn = this.#in.get(this.#person)?.state === "in";
    this.#keys(this.#wrongPinDue ? "12094821" : "4821");
    if (wasIn) this.#keys("1");
    const sinceMs = this.#walk.now.wallMs;
    this.#in.set(this.#person, wasIn ? NEVER_PUNCHED : { state: "in", sinceMs, spans: [] });
    if (!this.#chance(UNDO_SHARE)) return;
    this.pass(BEFORE_UNDO_MS);
    this.#keys("*");
  }

  /** Lets time pass, each wake of the core and each minute by itself. */
  pass(ms: number): void {
    this.durationMs += ms;
    const endMs = this.#walk.now.monotonicMs + ms;
    while (this.#walk.now.monotonicMs < endMs) {
      const { now, core, state } = this.#walk;
      const minuteMs = now.monotonicMs + MINUTE_MS - (now.wallMs % MINUTE_MS);
      const nextMs = Math.min(endMs, minuteMs, core.nextWakeMs(state, now) ?? Infinity);
      this.#walk.pass(Math.max(0, nextMs - now.monotonicMs));
      this.#answer();
      this.#note();
    }
  }

  #keys(keys: string): void {
    for (const key of keys) {
      this.#walk.press(key);
      this.#note();
      this.#answer();
      this.pass(KEY_MS);
    }
  }

  /** Gives what the latest effects ask for, until they ask for nothing. */
  #answer(): void {
    for (let effects = this.#walk.effects; effects.length > 0; effects = this.#walk.effects) {
      this.#walk.effects = [];
      for (const effect of effects) {
        const presence = this.#in.get(this.#person) ?? NEVER_PUNCHED;
        if (effect.type === "openPerson") {
          this.#walk.pass(OPEN_MS);
          this.#walk.opened({ presence });
        } else if (effect.type === "verifyPin") {
          this.#walk.pass(CHECK_MS);
          if (this.#wrongPinDue) this.#walk.wrong(0);
          else this.#walk.accepted({ presence });
          this.#wrongPinDue = false;
        } else if (effect.type === "record") {
          this.#walk.pass(RECORD_MS);
          this.#walk.recorded(null, effect.id);
        } else continue;
        this.#note();
      }
    }
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  #note(): void {
    const rows = this.#walk.screen();
    if (rows.join("\n") !== this.frames.at(-1)?.join("\n")) this.frames.push(rows);
  }
}

export interface Recording {
  /** From the idle screen on. */
  readonly frames: readonly Rows[];
  readonly durationMs: number;
}

export function recordMorning(punches: number): Recording {
  const hands = new Hands();
  for (let punch = 0; punch < punches; punch++) hands.punch();
  return hands;
}

/** The frames of an hour in which nobody comes, one for each minute, the first as the hour begins. */
export function idleHourFrames(): readonly Rows[] {
  const hands = new Hands();
  hands.pass(HOUR_MS);
  return hands.frames;
}
