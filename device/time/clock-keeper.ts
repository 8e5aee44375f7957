import type { KernelClock } from "../../hal/ports.ts";
import type { ClockQuality, EventDraft, EventPayload } from "../../protocol/events.ts";
import type { HubTime } from "../sync/parts.ts";

/**
 * What a terminal's clock is worth, and what time it is. Without a real-time clock or a network a machine boots with a wall
 * clock that is years away; its monotonic clock is always right. Pure: what the clocks said is handed in.
 */

/** The machine's clocks at one instant. */
export interface ClockReading {
  readonly monotonicMs: number;
  /** The raw wall clock. */
  readonly wallMs: number;
  /** Null where the kernel does not answer: then whoever keeps the clock there is taken to keep it well. */
  readonly kernel: KernelClock | null;
  /** The kernel set its clock by a real-time clock when it booted. */
  readonly setByRtc: boolean;
}

export type ClockEvent = Extract<EventDraft, { readonly kind: "clock.synced" | "clock.disputed" }>;

type Synced = EventPayload<"clock.synced">;

/** Nothing that this software sees happened before it was written: a clock that says so was never set. */
export const EARLIEST_MS = Date.UTC(2026, 0, 1);
/** A clock that NTP has set and the hub's may be so far apart before a person is told (design, section 8). */
export const DISPUTED_MS = 2 * 60_000;
/** What is known of a boot is told anew when it is wrong by more: the drift of an undisciplined clock in half a day. */
export const WRONG_MS = 2_000;
/** A wall clock this near to what is known of its boot is right. */
export const HOLDS_MS = 1_000;
/** What is known from one source is corrected so often at most, whatever the source says. */
export const CORRECTED_EVERY_MS = 10 * 60_000;
/** A real-time clock's crystal, 20 ppm off, left alone for a month. */
export const RTC_ERROR_MS = 52_000;
/** The hub's time on a link that nothing was measured on. */
export const UNMEASURED_ERROR_MS = 5_000;
/** Of a wire that takes longer, the hub's time is no use. */
export const MAX_HUB_ERROR_MS = 30_000;

/** Better ones have higher numbers. */
const RANK: Readonly<Record<Synced["source"], number>> = { rtc: 1, hub: 2, ntp: 3 };

export class ClockKeeper {
  /** The true wall time less the monotonic one, as it was last told. */
  #known: (Synced & { readonly toldMs: number }) | null = null;
  /** Of the latest reading; null before the first. */
  #reading: ClockReading | null = null;
  #hub: { readonly offsetMs: number; readonly errorMs: number } | null = null;
  #isDisputed = false;

  /** Goes on with what an earlier life in this boot knew and told. */
  goOn(known: Synced, nowMs: number): void {
    this.#known ??= { ...known, toldMs: nowMs };
  }

  /** Takes a reading in, and says what is to be recorded of it. */
  read(reading: ClockReading): readonly ClockEvent[] {
    this.#reading = reading;
    const { kernel, setByRtc, monotonicMs } = reading;
    const offsetMs = offsetOf(reading);
    if (kernel?.isSynchronised === true) {
      const errorMs = kernel.maxErrorMs ?? 0;
      return [...this.#learn({ offsetMs, errorMs, source: "ntp" }, monotonicMs), ...this.#dispute(offsetMs)];
    }
    if (this.#known !== null) return [];
    if (this.#hub !== null) return this.#learn({ ...this.#hub, source: "hub" }, monotonicMs);
    const isKept = kernel === null || setByRtc;
    if (!isKept || !isPlausible(reading.wallMs)) return [];
    return this.#learn({ offsetMs, errorMs: RTC_ERROR_MS, source: "rtc" }, monotonicMs);
  }

  /** Takes the hub's time in, and says what is to be recorded of it. */
  told({ hubTimeMs, monotonicMs, roundTripMs }: HubTime): readonly ClockEvent[] {
    const errorMs = roundTripMs === null ? UNMEASURED_ERROR_MS : roundTripMs / 2;
    if (errorMs > MAX_HUB_ERROR_MS || !isPlausible(hubTimeMs)) return [];
    const offsetMs = Math.round(hubTimeMs + (roundTripMs ?? 0) / 2 - monotonicMs);
    this.#hub = { offsetMs, errorMs };
    // What the machine itself says comes first.
    if (this.#reading === null) return [];
    if (this.#reading.kernel?.isSynchronised === true) return this.#dispute(offsetOf(this.#reading));
    return this.#learn({ offsetMs, errorMs, source: "hub" }, monotonicMs);
  }

  /** Whether the wall clock stepped since the latest reading: then it is time for another one. */
  hasStepped(monotonicMs: number, wallMs: number): boolean {
    if (this.#reading === null) return false;
    return Math.abs(wallMs - monotonicMs - offsetOf(this.#reading)) > HOLDS_MS;
  }

  /** What the raw wall clock is worth at that instant. It stands on events, beside that clock. */
  quality(monotonicMs: number, wallMs: number): ClockQuality {
    if (this.#reading?.kernel?.isSynchronised === true) return "set";
    if (this.#known === null) return "unset";
    return Math.abs(wallMs - monotonicMs - this.#known.offsetMs) <= HOLDS_MS ? "holding" : "unset";
  }

  /** The time as far as it is known, for whoever looks at a screen: null for not at all. */
  shownWallMs(monotonicMs: number, wallMs: number): number | null {
    if (this.quality(monotonicMs, wallMs) !== "unset") return wallMs;
    if (this.#known !== null) return Math.floor(monotonicMs + this.#known.offsetMs);
    return this.#reading === null && isPlausible(wallMs) ? wallMs : null;
  }

  #learn(found: Synced, nowMs: number): readonly ClockEvent[] {
    if (this.#known !== null && !isNews(found, this.#known, nowMs)) return [];
    this.#known = { ...found, toldMs: nowMs };
    return [{ kind: "clock.synced", person: null, payload: found }];
  }

  #dispute(offsetMs: number): readonly ClockEvent[] {
    if (this.#hub === null) return [];
    const errorMs = offsetMs - this.#hub.offsetMs;
    const wasDisputed = this.#isDisputed;
    this.#isDisputed = Math.abs(errorMs) - this.#hub.errorMs > DISPUTED_MS;
    if (!this.#isDisputed || wasDisputed) return [];
    return [{ kind: "clock.disputed", person: null, payload: { errorMs } }];
  }
}

function isNews(found: Synced, known: Synced & { readonly toldMs: number }, nowMs: number): boolean {
  if (RANK[found.source] > RANK[known.source]) return true;
  const isWrong = Math.abs(found.offsetMs - known.offsetMs) > Math.max(WRONG_MS, found.errorMs);
  return isWrong && nowMs - known.toldMs >= CORRECTED_EVERY_MS;
}

function offsetOf({ monotonicMs, wallMs }: ClockReading): number {
  return Math.round(wallMs - monotonicMs);
}

function isPlausible(wallMs: number): boolean {
  return wallMs >= EARLIEST_MS;
}
