import { eventSeq, type EventSeq } from "../../protocol/ids.ts";
import { NEVER_PUNCHED, type Presence } from "../../protocol/presence.ts";
import type { EventDraft } from "../../protocol/events.ts";
import type { DisplaySize, KeyName } from "../../hal/ports.ts";
import { KEY_NAMES } from "../../hal/ports.ts";
import { coreFor } from "../../device/core/step.ts";
import { NO_TRIES, type Place, type State } from "../../device/core/state.ts";
import type {
  Effect,
  Input,
  LastPunch,
  Now,
  OpenOutcome,
  TryRecord,
  VerifyOutcome,
} from "../../device/core/types.ts";
import { MORNING } from "./gallery-people.ts";

/** The core walked by hand: tests press keys, let time pass and give the answers of the shell as the data they are. */

const MINUTE_MS = 60_000;

/** The longest wait, 30 minutes, counts down by the second: more wakes than that in one go are a mistake. */
const MAX_WAKES = 2 * 1800;

/** `now`, so much later, on the same local day. */
export function later(now: Now, afterMs: number): Now {
  const wallMs = now.wallMs + afterMs;
  const minuteOfDay = Math.floor((wallMs - now.local.dayStartMs) / MINUTE_MS);
  const local = { ...now.local, hour: Math.floor(minuteOfDay / 60), minute: minuteOfDay % 60 };
  return { ...now, monotonicMs: now.monotonicMs + afterMs, wallMs, local };
}

export function keysOf(text: string): readonly KeyName[] {
  return Array.from(text, (each) => {
    const key = KEY_NAMES.find((name) => name === each);
    if (key === undefined) throw new RangeError(`there is no key ${each}`);
    return key;
  });
}

export const IN_SINCE = (sinceMs: number): Presence => ({ state: "in", sinceMs, spans: [] });

/** Someone with so many refusals, none of which counts for the day any more. */
export function triesOf(count: number, waitUntilMs: number | null = null): TryRecord {
  return { ...NO_TRIES, count, waitUntilMs };
}

/** What the shell names a wrong PIN by. */
export const MARK = "bWFyaw==";

export const FOUR_ROWS: DisplaySize = { columns: 20, rows: 4 };
export const TWO_ROWS: DisplaySize = { columns: 16, rows: 2 };

type Accepted = Extract<VerifyOutcome, { readonly result: "accepted" }>;

export class Walk {
  readonly core;
  readonly display: DisplaySize;
  now: Now = MORNING;
  state: State;
  /** Effects of the latest input, or of all keys of one `press`. */
  effects: readonly Effect[] = [];
  #place: Place;
  #seq = 0;

  constructor(place: Place, display: DisplaySize = FOUR_ROWS) {
    this.core = coreFor(display);
    this.display = display;
    this.state = this.core.initial;
    this.#place = place;
    this.roster(place);
  }

  give(input: Input): void {
    const { state, effects } = this.core.step(this.state, input, this.now);
    this.state = state;
    this.effects = effects;
  }

  roster(place: Place): void {
    this.#place = place;
    this.give({ type: "roster", directory: place.directory, kiosk: place.kiosk });
  }

  press(keys: string): void {
    const all: Effect[] = [];
    for (const key of keysOf(keys)) {
      this.give({ type: "key", key });
      all.push(...this.effects);
    }
    this.effects = all;
  }

  /** Lets time pass, with a wake whenever one is due; collects their effects. */
  pass(durationMs: number): void {
    const endMs = this.now.monotonicMs + durationMs;
    const all: Effect[] = [];
    for (let wakes = 0; ; wakes++) {
      const dueMs = this.core.nextWakeMs(this.state, this.now);
      if (dueMs === null || dueMs > endMs) break;
      if (wakes > MAX_WAKES) throw new Error(`the ${this.state.screen} screen asks for wakes without end`);
      this.now = later(this.now, Math.max(0, dueMs - this.now.monotonicMs));
      this.give({ type: "wake" });
      all.push(...this.effects);
    }
    this.now = later(this.now, endMs - this.now.monotonicMs);
    this.effects = all;
  }

  screen(): readonly string[] {
    return this.core.render(this.state, this.now, this.display).rows;
  }

  sounds(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.type === "sound" ? [effect.sound] : []));
  }

  blinks(): readonly number[] {
    return this.effects.flatMap((effect) => (effect.type === "blink" ? [effect.times] : []));
  }

  /** Events that the latest effects ask to record. */
  drafts(): readonly EventDraft[] {
    return this.effects.flatMap((effect) => (effect.type === "record" ? [effect.draft] : []));
  }

  /** The PINs that the latest effects ask to check. */
  pins(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.type === "verifyPin" ? [effect.pin] : []));
  }

  /** Id of the newest effect that wants an answer. */
  newestId(): number {
    return this.state.box.nextId - 1;
  }

  opened(outcome: Partial<Extract<OpenOutcome, { readonly result: "opened" }>> = {}): void {
    this.give({
      type: "opened",
      id: this.newestId(),
      outcome: {
        result: "opened",
        tries: NO_TRIES,
        presence: NEVER_PUNCHED,
        lastPunch: null,
        leaving: false,
        ...outcome,
      },
    });
  }

  verified(outcome: VerifyOutcome): void {
    this.give({ type: "verified", id: this.newestId(), outcome });
  }

  accepted(outcome: Partial<Accepted> = {}): void {
    this.verified({
      result: "accepted",
      auth: "personal",
      presence: NEVER_PUNCHED,
      lastPunch: null,
      leaving: false,
      untold: null,
      tries: NO_TRIES,
      ...outcome,
    });
  }

  /** A refusal by someone with so many behind them. */
  wrong(before: number): void {
    this.verified({ result: "wrong", tries: triesOf(before), mark: MARK });
  }

  recorded(presence: Presence | null = null, id: number = this.newestId()): EventSeq {
    this.#seq++;
    const seq = eventSeq.parse(this.#seq);
    const { wallMs } = this.now;
    this.give({ type: "recorded", id, seq, wallMs, receipt: "4kf72mwp", presence });
    return seq;
  }

  /** Selects Ana and types a PIN, up to the check. */
  enter(pin = "4821"): void {
    const { numberLength } = this.#place.kiosk;
    this.press("1002".slice(0, numberLength));
    this.opened();
    this.press(pin);
  }

  /** Ana, out, clocks in: up to the result. */
  clockIn(outcome: Partial<Accepted> = {}): EventSeq {
    this.enter();
    this.accepted(outcome);
    return this.recorded();
  }
}

/** The last punch of someone who made it at this terminal `agoMs` before. */
export function punchedAgo(now: Now, agoMs: number, action: LastPunch["action"] = "in"): LastPunch {
  return { action, auth: "personal", atMs: now.wallMs - agoMs, monotonicMs: now.monotonicMs - agoMs };
}

export function withoutPin(place: Place): Place {
  return { ...place, kiosk: { ...place.kiosk, requiresPin: false } };
}
