import type { Logger } from "pino";
import type { KernelClock, SystemClock } from "../../hal/ports.ts";
import { codeOf } from "../../protocol/errors.ts";
import type { ClockQuality, EventDraft } from "../../protocol/events.ts";
import type { Scheduler, WallClock } from "../../protocol/seams.ts";
import type { EarlierLife } from "../ledger/true-times.ts";
import type { HubTime } from "../sync/parts.ts";
import { ClockKeeper, type ClockEvent, type ClockReading } from "./clock-keeper.ts";

export interface TerminalClockParts {
  readonly scheduler: Scheduler;
  /** The machine's own, right or wrong. */
  readonly wallClock: WallClock;
  readonly log: Logger;
}

/** What time it is, for people. */
export interface BelievedTime {
  readonly monotonicMs: number;
  /** The raw wall clock's where nothing better is known. */
  readonly wallMs: number;
  readonly isKnown: boolean;
}

/** The machine's own clocks, for events: raw, with what the wall clock is worth. */
export interface RawTime {
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly clock: ClockQuality;
}

/**
 * A terminal's clocks, and what becomes known of them. It has no timer: it reads the kernel's word with each pulse, and at once
 * when the wall clock has stepped.
 */
export class TerminalClock {
  readonly #parts: TerminalClockParts;
  readonly #keeper = new ClockKeeper();
  #system: SystemClock | null = null;
  /** The kernel did not answer; that is logged once. */
  #isSilent = false;
  #record: ((draft: EventDraft) => Promise<void>) | null = null;
  #changed: () => void = () => undefined;
  /** The newest of each kind that is not recorded yet. */
  readonly #waiting = new Map<ClockEvent["kind"], ClockEvent>();
  #isWriting = false;
  /** An event of this boot says less than that its clock was set: then it has to be told when the boot was. */
  #isWanted = false;

  constructor(parts: TerminalClockParts) {
    this.#parts = parts;
  }

  /** The ledger is open, and keys are taken: from now on the kernel is asked. */
  open(system: SystemClock, earlier: EarlierLife, record: (draft: EventDraft) => Promise<void>): void {
    if (earlier.clock !== null) this.#keeper.goOn(earlier.clock, this.#parts.scheduler.nowMs());
    // Nobody knows any more what the clock was worth to all of them.
    if (earlier.hasEvents && earlier.clock === null) this.#isWanted = true;
    this.#system = system;
    this.#record = record;
    this.beat();
  }

  /** Sets the one listener for when another time is believed. It may be called in the middle of anything. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** To be called with each pulse. */
  beat(): void {
    const { scheduler, wallClock } = this.#parts;
    this.#read(scheduler.nowMs(), wallClock.wallMs());
    void this.#write();
  }

  /** The hub said what time it is. */
  told(time: HubTime): void {
    this.#take(this.#keeper.told(time));
  }

  now(): BelievedTime {
    const { monotonicMs, wallMs } = this.#clocks();
    const shownMs = this.#keeper.shownWallMs(monotonicMs, wallMs);
    return { monotonicMs, wallMs: shownMs ?? wallMs, isKnown: shownMs !== null };
  }

  raw(): RawTime {
    const { monotonicMs, wallMs } = this.#clocks();
    return { monotonicMs, wallMs, clock: this.#keeper.quality(monotonicMs, wallMs) };
  }

  /** An event with such a clock is durable. */
  recorded(clock: ClockQuality): void {
    if (clock === "set" || this.#isWanted) return;
    this.#isWanted = true;
    void this.#write();
  }

  #clocks(): { readonly monotonicMs: number; readonly wallMs: number } {
    const { scheduler, wallClock, log } = this.#parts;
    const monotonicMs = scheduler.nowMs();
    const wallMs = wallClock.wallMs();
    if (this.#keeper.hasStepped(monotonicMs, wallMs)) {
      log.warn({ code: "clock.stepped" }, "the wall clock was set to another time");
      this.#read(monotonicMs, wallMs);
    }
    return { monotonicMs, wallMs };
  }

  #read(monotonicMs: number, wallMs: number): void {
    const system = this.#system;
    if (system === null) return;
    const reading: ClockReading = {
      monotonicMs,
      wallMs,
      kernel: this.#kernel(system),
      setByRtc: system.setByRtc(),
    };
    this.#take(this.#keeper.read(reading));
  }

  #kernel(system: SystemClock): KernelClock | null {
    try {
      const kernel = system.kernel();
      this.#isSilent = false;
      return kernel;
    } catch (error) {
      if (!this.#isSilent) {
        this.#parts.log.warn(
          { code: codeOf(error) },
          "nothing is known of how well the machine's clock is kept",
        );
      }
      this.#isSilent = true;
      return null;
    }
  }

  #take(events: readonly ClockEvent[]): void {
    for (const event of events) {
      this.#parts.log.info({ code: event.kind, ...event.payload }, "the clock");
      this.#waiting.set(event.kind, event);
    }
    if (events.length === 0) return;
    void this.#write();
    this.#parts.scheduler.soon(() => this.#changed());
  }

  /** One after the other; what the ledger refuses is tried again with the next pulse. */
  async #write(): Promise<void> {
    const record = this.#record;
    if (record === null || this.#isWriting) return;
    this.#isWriting = true;
    try {
      for (const [kind, event] of this.#waiting) {
        if (isOnNtp(event) && !this.#isWanted) continue;
        await record(event);
        if (this.#waiting.get(kind) === event) this.#waiting.delete(kind);
      }
    } catch (error) {
      this.#parts.log.error({ code: codeOf(error) }, "what is known of the clock could not be recorded");
    } finally {
      this.#isWriting = false;
    }
  }
}

/** Events of a clock that NTP has set say by themselves when they were; others need what is known of their boot. */
function isOnNtp(event: ClockEvent): boolean {
  return event.kind === "clock.synced" && event.payload.source === "ntp";
}
