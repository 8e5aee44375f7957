import type { ClockQuality } from "./events.ts";
import type { BootId } from "./ids.ts";

/**
 * When events truly happened. Each carries raw facts (boot, monotonic, wall, what the clock was worth); what is known later
 * (`clock.synced`, neighbours, when the hub received it) tells the time. Terminal and hub derive it by this one function.
 */

/** An event's own clocks, milliseconds. */
export interface ClockFacts {
  readonly boot: BootId;
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly clock: ClockQuality;
}

/** `clock.synced` of a boot: true wall time = monotonic + offsetMs, give or take errorMs. */
export interface BootClock {
  readonly boot: BootId;
  readonly offsetMs: number;
  readonly errorMs: number;
}

/** How the time of an event is known. */
export type TimeBasis =
  /** Its clock was set, or had held since it was. */
  | "clock"
  /** Its boot's clock was set later, and it was computed back. */
  | "corrected"
  /** Its boot's clock was never set: it lies between `fromMs` and `toMs`, and a person has to look at it. */
  | "bounded";

export interface EventTime {
  readonly atMs: number;
  readonly basis: TimeBasis;
  /** `atMs` for what is known; otherwise the earliest and latest it may have been. */
  readonly fromMs: number;
  /** Null: nothing is known that it was before. */
  readonly toMs: number | null;
}

/** An event of a store; `receivedMs`: when the hub took it in, null where that is not known. */
export interface TimedEvent extends ClockFacts {
  readonly receivedMs: number | null;
}

/** What a boot's offset (true wall time less monotonic) may be. */
interface Boot {
  readonly events: { readonly monotonicMs: number; readonly receivedMs: number | null }[];
  readonly rawOffsetMs: number;
  /** Null until it is known. */
  offsetMs: number | null;
  fromMs: number;
  toMs: number;
}

/**
 * The times of one store's events, which come in the order of their numbers. An event whose clock was set is believed; another
 * one of a boot whose clock became known is computed from there; what held (an RTC) comes next. A boot of which nothing is
 * known lies after the event before it and before the event after it, and before the hub received it.
 */
export function eventTimes(events: readonly TimedEvent[], clocks: readonly BootClock[]): EventTime[] {
  const boots = bootsOf(events, clocks);
  bound([...boots.values()]);
  return events.map((event) => timeOf(event, boots.get(event.boot)));
}

function bootsOf(events: readonly TimedEvent[], clocks: readonly BootClock[]): Map<BootId, Boot> {
  const boots = new Map<BootId, Boot>();
  for (const event of events) {
    const rawOffsetMs = event.wallMs - event.monotonicMs;
    const boot = boots.get(event.boot) ?? {
      events: [],
      rawOffsetMs,
      offsetMs: bestOffset(event.boot, clocks),
      fromMs: Number.NEGATIVE_INFINITY,
      toMs: Number.POSITIVE_INFINITY,
    };
    boot.events.push(event);
    if (event.clock !== "unset") boot.offsetMs ??= rawOffsetMs;
    boots.set(event.boot, boot);
  }
  return boots;
}

function bestOffset(boot: BootId, clocks: readonly BootClock[]): number | null {
  let best: BootClock | null = null;
  for (const clock of clocks) {
    if (clock.boot === boot && (best === null || clock.errorMs <= best.errorMs)) best = clock;
  }
  return best?.offsetMs ?? null;
}

/** Boots of one store follow each other: each begins after the latest event of the one before. */
function bound(boots: readonly Boot[]): void {
  let earliestMs = Number.NEGATIVE_INFINITY;
  for (const boot of boots) {
    boot.fromMs = boot.offsetMs ?? earliestMs;
    earliestMs = Math.max(earliestMs, boot.fromMs + (boot.events.at(-1)?.monotonicMs ?? 0));
  }
  let latestMs = Number.POSITIVE_INFINITY;
  for (const boot of boots.toReversed()) {
    const ends = boot.events.map((event) => (event.receivedMs ?? Infinity) - event.monotonicMs);
    const last = boot.events.at(-1)?.monotonicMs ?? 0;
    boot.toMs = boot.offsetMs ?? Math.max(boot.fromMs, Math.min(latestMs - last, ...ends));
    latestMs = Math.min(latestMs, boot.toMs);
  }
}

function timeOf(event: TimedEvent, boot: Boot | undefined): EventTime {
  if (event.clock === "set" || boot === undefined) return known(event.wallMs, "clock");
  if (boot.offsetMs !== null) {
    const atMs = Math.round(event.monotonicMs + boot.offsetMs);
    return known(atMs, atMs === event.wallMs ? "clock" : "corrected");
  }
  const offsetMs = Math.min(Math.max(boot.rawOffsetMs, boot.fromMs), boot.toMs);
  const at = (offset: number): number => Math.round(event.monotonicMs + offset);
  return {
    atMs: at(offsetMs),
    basis: "bounded",
    fromMs: Number.isFinite(boot.fromMs) ? at(boot.fromMs) : at(Math.min(offsetMs, boot.toMs)),
    toMs: Number.isFinite(boot.toMs) ? at(boot.toMs) : null,
  };
}

function known(atMs: number, basis: TimeBasis): EventTime {
  return { atMs, basis, fromMs: atMs, toMs: atMs };
}
