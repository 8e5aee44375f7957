import type { AuthMethod, EventDraft, PunchAction } from "../../protocol/events.ts";
import type { EventSeq, PersonId } from "../../protocol/ids.ts";
import type { Presence } from "../../protocol/presence.ts";
import type { KioskSettings, Language, Role } from "../../protocol/roster.ts";
import type { CardNumber, DisplaySize, Frame, KeyName, LedName } from "../../hal/ports.ts";

/**
 * The vocabulary of the core. `step(state, input, now)` decides; the shell (device/terminal.ts) performs the effects
 * and brings results back as inputs with the id of their effect. No I/O, no promises, no clock in here.
 */

/** The instant an input happens at. Waiting uses `monotonicMs` only; wall time is for showing and recording. */
export interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
  /** Whether `wallMs` is what time it is: no screen says what is not known. */
  readonly isTimeKnown: boolean;
  readonly local: LocalTime;
}

/** Wall time in the kiosk's time zone; the shell computes it. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 1 is Monday, 7 is Sunday (ISO 8601). */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  /** Wall time at which this local day began and ends: a day has 23, 24 or 25 hours. */
  readonly dayStartMs: number;
  readonly dayEndMs: number;
}

export interface DirectoryEntry {
  readonly person: PersonId;
  readonly number: string;
  readonly name: string;
  readonly role: Role;
  readonly language: Language | null;
  readonly moreTime: boolean;
}

/** Whom this kiosk knows. Sorted by number; replaced as a whole when the roster changes, never changed in place. */
export interface Directory {
  readonly revision: number;
  readonly people: readonly DirectoryEntry[];
  /** Of those who have one; apart from the people, since at most kiosks nobody has. */
  readonly cards: readonly PersonsCard[];
}

export interface PersonsCard {
  readonly person: PersonId;
  readonly card: CardNumber;
}

/** Matches results to what asked for them; a result with another id is stale and ignored. */
export type EffectId = number;

/** Where a person stands with wrong PINs; from the ledger and the roster, so it survives power cuts. */
export interface TryRecord {
  /** Refusals since the last success with the personal PIN, those at other terminals included. */
  readonly count: number;
  /** Monotonic end of the present wait in this boot; null when none. Time without power earns nothing. */
  readonly waitUntilMs: number | null;
  /**
   * When refusals here stop counting for the day, monotonic and ascending: 24 h of powered time after each. Those that count no
   * more may be among them; of more than a day takes only the latest.
   */
  readonly leaveAtMs: readonly number[];
}

/** A punch that its person was not told of yet: it was made with the Universal PIN (product.md, PIN rule 5). */
export interface UntoldPunch {
  readonly action: PunchAction;
  readonly atMs: number;
}

/** The person's latest punch that is known here, for undo and the double-punch guard. */
export interface LastPunch {
  readonly action: PunchAction;
  readonly auth: AuthMethod;
  readonly atMs: number;
  /** Monotonic instant if it was made at this terminal in this boot, else null. */
  readonly monotonicMs: number | null;
}

export type VerifyOutcome =
  | {
      readonly result: "accepted";
      readonly auth: AuthMethod;
      readonly presence: Presence;
      readonly lastPunch: LastPunch | null;
      /** May clock out and no more (product.md, PIN case 11). */
      readonly leaving: boolean;
      readonly untold: UntoldPunch | null;
      /** Refusals that this success ends (personal only): recorded when no punch follows at once. */
      readonly tries: TryRecord;
    }
  /** `mark` names the wrong PIN without saying which; it is kept with the refusal. */
  | { readonly result: "wrong"; readonly tries: TryRecord; readonly mark: string }
  /** Wrong, and tried on this person before: free. */
  | { readonly result: "repeated"; readonly tries: TryRecord }
  | { readonly result: "waiting"; readonly tries: TryRecord }
  /** The person is gone from the roster meanwhile. */
  | { readonly result: "unknown" }
  /** The store or the KDF failed; `code` for the log, no try is counted. */
  | { readonly result: "failed"; readonly code: string };

/** `sinceMs`: the monotonic instant since when there is none. */
export type LinkState =
  | { readonly link: "up"; readonly unsent: number }
  | { readonly link: "down"; readonly unsent: number; readonly sinceMs: number };

/**
 * What somebody should be told of the disk: `low` while the last punches still fit, `full` once they go where they were to go,
 * `worn` when it damaged file after file.
 */
export type DiskTrouble = "low" | "full" | "worn";

/** What is wrong with the box that a person at it should see. */
export type Trouble = "store" | "none";

/** Parts that the core is told about; the sounder and the lights change nothing that it decides. */
export type CorePart = "display" | "keypad" | "reader";

/** `stuck`: a key is held down for good and taken out; the others work. */
export type PartTrouble = "out-of-order" | "stuck";

export type Input =
  | { readonly type: "key"; readonly key: KeyName }
  /** A card was held to the reader. It stands in for finding oneself and proves nothing. */
  | { readonly type: "card"; readonly card: CardNumber }
  /** A part began to fail, or works again (null). */
  | { readonly type: "part"; readonly part: CorePart; readonly trouble: PartTrouble | null }
  /** An admin asks where this terminal is. Answered by the effect `identified`, when it is shown or nobody could be interrupted. */
  | { readonly type: "identify"; readonly terminal: string }
  | { readonly type: "disk"; readonly trouble: DiskTrouble | null }
  /** The instant named by `nextWakeMs` has come, or the minute changed. Harmless at any time. */
  | { readonly type: "wake" }
  | { readonly type: "roster"; readonly directory: Directory; readonly kiosk: KioskSettings }
  /** Never paired, or unpaired: nothing can be punched. */
  | { readonly type: "unpaired" }
  /** What the hub says of these people changed in something that no directory has: tries, PINs, presence. */
  | {
      readonly type: "people";
      readonly people: readonly PersonId[];
      /** Those of them who may only leave (product.md, PIN case 11). */
      readonly leaving: readonly PersonId[];
    }
  | { readonly type: "link"; readonly state: LinkState }
  | { readonly type: "trouble"; readonly trouble: Trouble }
  /** Answer to `openPerson`. */
  | { readonly type: "opened"; readonly id: EffectId; readonly outcome: OpenOutcome }
  /** A check begins only at this monotonic instant: too many wrong PINs were tried at this terminal. */
  | { readonly type: "delayed"; readonly id: EffectId; readonly untilMs: number }
  | { readonly type: "verified"; readonly id: EffectId; readonly outcome: VerifyOutcome }
  /** The event is durable. `presence` is the person's with it applied, null for events about nobody. */
  | {
      readonly type: "recorded";
      readonly id: EffectId;
      readonly seq: EventSeq;
      /** When it happened, as far as that is known. */
      readonly wallMs: number;
      readonly receipt: string;
      readonly presence: Presence | null;
    }
  /** The event is not durable and will not become so: nothing happened. */
  | { readonly type: "recordFailed"; readonly id: EffectId; readonly code: string };

export type OpenOutcome =
  | {
      readonly result: "opened";
      readonly tries: TryRecord;
      readonly presence: Presence;
      readonly lastPunch: LastPunch | null;
      readonly leaving: boolean;
    }
  | { readonly result: "unknown" }
  | { readonly result: "failed"; readonly code: string };

/** Sounds by meaning; device/signals.ts has their rhythms. All digits alike, so that a PIN cannot be heard. */
export type SoundName = "key" | "in" | "out" | "refused" | "undone" | "asked" | "here";

export type Effect =
  | { readonly type: "sound"; readonly sound: SoundName }
  | { readonly type: "identified"; readonly shown: boolean }
  /** Backlight off-and-on, so many times: once for in, twice for out, three times for refused; 0 ends it. */
  | { readonly type: "blink"; readonly times: number }
  /** A light on-and-off, so many times: as often as the backlight where both tell the same. */
  | { readonly type: "flash"; readonly led: LedName; readonly times: number }
  /** A profile was selected: fetch tries and, for kiosks without PIN, presence. Answered by `opened`. */
  | { readonly type: "openPerson"; readonly id: EffectId; readonly person: PersonId }
  /** Check a PIN. Answered by `verified`. The PIN lives in this effect and in the state of the prompt, nowhere else. */
  | { readonly type: "verifyPin"; readonly id: EffectId; readonly person: PersonId; readonly pin: string }
  /** Make an event durable, with a refusal the mark of its PIN. Answered by `recorded` or `recordFailed`. */
  | {
      readonly type: "record";
      readonly id: EffectId;
      readonly draft: EventDraft;
      readonly wrongPin: string | null;
    };

export interface Step<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** The shape core/step.ts exports, generic in its own state. */
export interface Core<State> {
  /** The state before anything is known: shows "Starting". */
  readonly initial: State;
  step(state: State, input: Input, now: Now): Step<State>;
  /** The screen of a state, a pure function; never longer than the display, never cut blindly. */
  render(state: State, now: Now, size: DisplaySize): Frame;
  /** When a `wake` is due at the latest (timeouts, countdowns, blinking), or null. The minute's change is the shell's. */
  nextWakeMs(state: State, now: Now): number | null;
  /** True when nobody is in the middle of anything. */
  isIdle(state: State): boolean;
  /**
   * Does ahead some of what the first search by name or card among these people would do: tens of ms for 10,000. False when nothing
   * of it is left. Changes no state.
   */
  prepare(directory: Directory): boolean;
}
