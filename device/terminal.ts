import type { Logger } from "pino";
import type { CharacterDisplay, Keypad, Leds, Reader, Sounder, Volume } from "../hal/ports.ts";
import { codeOf } from "../protocol/errors.ts";
import type { EventDraft } from "../protocol/events.ts";
import { crockford, ID_LENGTH, type BootId, type PersonId } from "../protocol/ids.ts";
import type { Random, Scheduler, Timer } from "../protocol/seams.ts";
import { Backlight, type Dimming } from "./backlight.ts";
import type {
  Core,
  CorePart,
  Directory,
  DiskTrouble,
  Effect,
  Input,
  LinkState,
  Now,
  PartTrouble,
  VerifyOutcome,
} from "./core/types.ts";
import type { PartName } from "./health/part-faults.ts";
import type { EventStamp } from "./ledger/ledger.ts";
import type { LedgerPort } from "./ledger/port.ts";
import { Lights } from "./lights.ts";
import { volumeAt, volumeByEar, type Night } from "./night.ts";
import type { PinChecker } from "./pin/check-pin.ts";
import { judgePin } from "./pin/judge-pin.ts";
import { readDirectoryInTurns } from "./roster/directory-text.ts";
import { RHYTHMS } from "./signals.ts";
import { cachedLocalTime, type ZonedTime } from "./time/local-time.ts";
import type { TerminalClock } from "./time/terminal-clock.ts";

const MINUTES_PER_HOUR = 60;
const NONCE_BYTES = 10;
/** After a new directory: long enough for whoever is typing to be through, or the next search makes the index itself. */
const PREPARE_AFTER_MS = 2_000;

export interface TerminalParts {
  readonly display: CharacterDisplay;
  readonly keypad: Keypad;
  readonly sounder: Sounder;
  readonly leds: Leds | null;
  readonly reader: Reader | null;
  /** When the sounder is quieter; null for never. */
  readonly night: Night | null;
  /** What the backlight becomes when nobody is there; null for full, always. */
  readonly dim: Dimming | null;
  readonly ledger: LedgerPort;
  readonly checker: PinChecker;
  readonly scheduler: Scheduler;
  readonly clock: TerminalClock;
  readonly random: Random;
  readonly boot: BootId;
  /** IANA zone until a roster names the kiosk's own. */
  readonly timeZone: string;
  readonly log: Logger;
  /** An event is durable and waits to be sent. */
  readonly onRecorded: () => void;
}

/**
 * The terminal's shell: turns keys, results and time into inputs of the core, and performs the effects it asks for.
 * It decides nothing; what may take time is started here and comes back as an input with its effect's id.
 */
export class Terminal<State> {
  readonly #core: Core<State>;
  readonly #parts: TerminalParts;
  readonly #backlight: Backlight;
  readonly #lights: Lights;
  readonly #localTime = cachedLocalTime();
  #state: State;
  #timeZone: string;
  readonly #outOfOrder = new Set<CorePart>();
  #volume: Volume = "full";
  #wake: { readonly timer: Timer; readonly atMs: number } | null = null;
  #prepare: Timer | null = null;
  /** While wrong PINs are slowed down here: when that may be over. */
  #spray: Timer | null = null;
  /** Who waits to know whether it is shown; as many as the hub may ask at a time. */
  readonly #identifying: ((outcome: string) => void)[] = [];
  #closed = false;
  #rosterFailed = false;
  /** How often it was begun to read the roster. */
  #rosterReadings = 0;

  constructor(core: Core<State>, parts: TerminalParts) {
    this.#core = core;
    this.#parts = parts;
    this.#state = core.initial;
    this.#timeZone = parts.timeZone;
    this.#backlight = new Backlight(parts.display, parts.scheduler, parts.dim);
    this.#lights = new Lights(parts.leds, parts.scheduler);
  }

  /** Reads the roster from disk and begins to take keys and cards. */
  async start(): Promise<void> {
    await this.rosterChanged();
    void this.#settleSpray();
    this.#parts.keypad.onPress((key) => this.#touched({ type: "key", key }));
    this.#parts.reader?.onCard((card) => this.#touched({ type: "card", card }));
  }

  /** The minute may have changed. */
  minute(): void {
    this.dispatch({ type: "wake" });
  }

  /** Reads the roster anew: at start, and after each change from the hub. */
  async rosterChanged(): Promise<void> {
    const { ledger, log, scheduler } = this.#parts;
    const reading = (this.#rosterReadings += 1);
    try {
      const [status, known] = await Promise.all([
        ledger.status(),
        ledger.directory().then((text) => readDirectoryInTurns(text, (run) => scheduler.soon(run))),
      ]);
      // It has changed meanwhile and is read anew, or has been.
      if (reading !== this.#rosterReadings) return;
      if (this.#rosterFailed) this.dispatch({ type: "trouble", trouble: "none" });
      this.#rosterFailed = false;
      if (status.roster === null) {
        this.dispatch({ type: "unpaired" });
        return;
      }
      const { revision, kiosk } = status.roster;
      this.#timeZone = kiosk.timeZone;
      const directory = { revision, ...known };
      this.dispatch({ type: "roster", directory, kiosk });
      this.#prepareWhenIdle(directory);
    } catch (error) {
      log.error({ code: codeOf(error) }, "the roster cannot be read");
      this.#rosterFailed = true;
      this.dispatch({ type: "trouble", trouble: "store" });
    }
  }

  /** What the hub says of these people changed, and whom the kiosk knows did not; some of them may only leave. */
  peopleChanged(people: readonly PersonId[], leaving: readonly PersonId[]): void {
    this.dispatch({ type: "people", people, leaving });
  }

  linkChanged(state: LinkState): void {
    this.dispatch({ type: "link", state });
  }

  /** A part began to fail, with this code, or works again (null). */
  partChanged(part: PartName, code: string | null): void {
    if (part === "sounder" || part === "leds") return;
    const trouble = troubleOf(code);
    if (trouble === "out-of-order") this.#outOfOrder.add(part);
    else this.#outOfOrder.delete(part);
    this.#lights.outOfOrder(this.#outOfOrder.has("display") || this.#outOfOrder.has("keypad"));
    this.dispatch({ type: "part", part, trouble });
  }

  /** Makes an event durable that no person at the terminal waits for. Rejects as the ledger does. */
  async recordEvent(draft: EventDraft): Promise<void> {
    const stamp = this.#stamp();
    await this.#parts.ledger.record(draft, stamp);
    this.#recorded(stamp);
  }

  /**
   * Shows which box this is as soon as nobody is in the middle of anything; resolves to `done` when it does, to
   * `terminal.in-use` when that took too long.
   */
  identify(terminal: string): Promise<string> {
    return new Promise((resolve) => {
      this.#identifying.push(resolve);
      this.dispatch({ type: "identify", terminal });
    });
  }

  /** Ends the slow checking that many wrong PINs brought about. Rejects as the ledger does. */
  async unlock(): Promise<void> {
    const stamp = this.#stamp();
    await this.#parts.ledger.unlock(stamp);
    this.#recorded(stamp);
    await this.#settleSpray();
  }

  diskChanged(trouble: DiskTrouble | null): void {
    this.dispatch({ type: "disk", trouble });
  }

  /** True when nobody is in the middle of anything. */
  isIdle(): boolean {
    return this.#core.isIdle(this.#state);
  }

  dispatch(input: Input): void {
    if (this.#closed) return;
    const begun = this.#now();
    const step = this.#core.step(this.#state, input, begun);
    this.#state = step.state;
    this.#setVolume(begun);
    for (const effect of step.effects) this.#perform(effect);
    const now = this.#now();
    this.#parts.display.show(this.#core.render(this.#state, now, this.#parts.display.size));
    this.#armWake(now);
  }

  /** Takes no more inputs. The parts are closed by who opened them. */
  close(): void {
    this.#closed = true;
    this.#wake?.timer.cancel();
    this.#prepare?.cancel();
    this.#spray?.cancel();
    this.#backlight.stop();
    this.#lights.stop();
  }

  /** The first key lights the display, and is a key all the same. */
  #touched(input: Input): void {
    if (this.#closed) return;
    this.#backlight.touched();
    this.dispatch(input);
  }

  #setVolume({ local }: Now): void {
    const wanted = volumeAt(local.hour * MINUTES_PER_HOUR + local.minute, this.#parts.night);
    const volume = this.#outOfOrder.has("display") ? volumeByEar(wanted) : wanted;
    if (volume === this.#volume) return;
    this.#volume = volume;
    this.#parts.sounder.volume(volume);
  }

  #now(): Now & { readonly local: ZonedTime } {
    const { monotonicMs, wallMs, isKnown } = this.#parts.clock.now();
    return {
      monotonicMs,
      wallMs,
      isTimeKnown: isKnown,
      local: this.#localTime(wallMs, this.#timeZone),
    };
  }

  /** The first search by name should not wait for its index; nor should a key, so it is made while nobody is there. */
  #prepareWhenIdle(directory: Directory): void {
    this.#prepare?.cancel();
    const { scheduler } = this.#parts;
    const someMore = (): void => {
      // Whoever has come meanwhile is served first; their search makes the rest.
      if (!this.#closed && this.isIdle() && this.#core.prepare(directory)) scheduler.soon(someMore);
    };
    this.#prepare = scheduler.after(PREPARE_AFTER_MS, someMore);
  }

  /** One timer for the core's own deadline; while nobody is there it has none. */
  #armWake(now: Now): void {
    const atMs = this.#core.nextWakeMs(this.#state, now);
    if (this.#wake?.atMs === atMs) return;
    this.#wake?.timer.cancel();
    this.#wake = null;
    if (atMs === null) return;
    const timer = this.#parts.scheduler.after(Math.max(0, atMs - now.monotonicMs), () => {
      this.#wake = null;
      this.dispatch({ type: "wake" });
    });
    this.#wake = { timer, atMs };
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "sound":
        this.#parts.sounder.play(RHYTHMS[effect.sound]);
        return;
      case "blink":
        this.#backlight.blink(effect.times);
        return;
      case "flash":
        this.#lights.flash(effect.led, effect.times);
        return;
      case "identified":
        for (const answer of this.#identifying.splice(0)) answer(effect.shown ? "done" : "terminal.in-use");
        return;
      case "openPerson":
        void this.#openPerson(effect);
        return;
      case "verifyPin":
        void this.#verifyPin(effect);
        return;
      case "record":
        void this.#record(effect);
        return;
    }
  }

  async #openPerson({ id, person }: Extract<Effect, { type: "openPerson" }>): Promise<void> {
    try {
      const record = await this.#parts.ledger.person(person);
      this.dispatch({
        type: "opened",
        id,
        outcome: record === null ? { result: "unknown" } : { result: "opened", ...record },
      });
    } catch (error) {
      this.dispatch({ type: "opened", id, outcome: { result: "failed", code: codeOf(error) } });
    }
  }

  async #verifyPin(effect: Extract<Effect, { type: "verifyPin" }>): Promise<void> {
    let outcome: VerifyOutcome;
    try {
      outcome = await judgePin(
        {
          ...this.#parts,
          onDelayed: (untilMs) => this.dispatch({ type: "delayed", id: effect.id, untilMs }),
        },
        effect,
      );
    } catch (error) {
      this.#parts.log.error({ code: codeOf(error) }, "a PIN could not be checked");
      outcome = { result: "failed", code: codeOf(error) };
    }
    this.dispatch({ type: "verified", id: effect.id, outcome });
  }

  async #record({ id, draft, wrongPin }: Extract<Effect, { type: "record" }>): Promise<void> {
    try {
      const stamp = this.#stamp();
      const { wallMs } = this.#now();
      const recorded = await this.#parts.ledger.record(draft, stamp, wrongPin);
      this.dispatch({ type: "recorded", id, ...recorded, wallMs });
      this.#recorded(stamp);
      if (draft.kind === "pin.refused") await this.#settleSpray();
    } catch (error) {
      this.#parts.log.error({ code: codeOf(error), kind: draft.kind }, "an event could not be recorded");
      this.dispatch({ type: "recordFailed", id, code: codeOf(error) });
    }
  }

  /** Tells the hub when the budget against one PIN on many people is spent, and when it has recovered. */
  async #settleSpray(): Promise<void> {
    const { ledger, log, scheduler } = this.#parts;
    try {
      const stamp = this.#stamp();
      const { recorded, againMs } = await ledger.settleSpray(stamp);
      if (recorded) this.#recorded(stamp);
      this.#spray?.cancel();
      this.#spray = null;
      if (againMs === null || this.#closed) return;
      this.#spray = scheduler.after(againMs - scheduler.nowMs(), () => void this.#settleSpray());
    } catch (error) {
      // Asked again with the next refusal.
      log.error({ code: codeOf(error) }, "the budget of wrong PINs could not be looked after");
    }
  }

  #recorded({ clock }: EventStamp): void {
    this.#parts.clock.recorded(clock);
    this.#parts.onRecorded();
  }

  #stamp(): EventStamp {
    const { boot, clock } = this.#parts;
    const { monotonicMs, ...raw } = clock.raw();
    return {
      boot,
      monotonicMs: Math.round(monotonicMs),
      ...raw,
      offsetMinutes: this.#now().local.offsetMinutes,
      nonce: crockford(this.#parts.random.bytes(NONCE_BYTES), ID_LENGTH),
    };
  }
}

/** A stuck key leaves the others working; anything else leaves the part of no use. */
function troubleOf(code: string | null): PartTrouble | null {
  if (code === null) return null;
  return code === "hal.keypad.stuck" ? "stuck" : "out-of-order";
}
