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

/** What a boot's events say of its time. Offsets are wall time less monotonic. */
export interface BootFacts {
  readonly boot: BootId;
  /** By the raw clock of its first event. */
  readonly rawOffsetMs: number;
  /** By the first event whose clock was set or holding; null: there is none. */
  readonly knownOffsetMs: number | null;
  readonly lastMonotonicMs: number;
  /** What its offset cannot be more than, since the hub had its events by then; Infinity where that is not known. */
  readonly latestOffsetMs: number;
}

/** What a boot's true offset is, or lies between. */
export interface BootTime {
  /** Null: not known. */
  readonly offsetMs: number | null;
  readonly rawOffsetMs: number;
  /** Infinite where nothing is known. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The times of one store's events, which come in the order of their numbers. An event whose clock was set is believed; another
 * one of a boot whose clock became known is computed from there; what held (an RTC) comes next. A boot of which nothing is
 * known lies after the boot before it and before the boot after it, and before the hub received it.
 */
export function eventTimes(events: readonly TimedEvent[], clocks: readonly BootClock[]): EventTime[] {
  const facts = [...Map.groupBy(events, (event) => event.boot).values()].map(bootFacts);
  const times = bootTimes(facts, clocks);
  const byBoot = new Map(facts.map(({ boot }, index) => [boot, times[index]]));
  return events.map((event) => {
    const time = byBoot.get(event.boot);
    return time === undefined ? known(event.wallMs, "clock") : timeInBoot(event, time);
  });
}

/** What some events of one boot say of it; at least one, in the order of their numbers. */
export function bootFacts(events: readonly TimedEvent[]): BootFacts {
  const [first] = events;
  if (first === undefined) throw new RangeError("a boot of which nothing is known has no facts");
  const knowing = events.find((event) => event.clock !== "unset");
  return {
    boot: first.boot,
    rawOffsetMs: first.wallMs - first.monotonicMs,
    knownOffsetMs: knowing === undefined ? null : knowing.wallMs - knowing.monotonicMs,
    lastMonotonicMs: Math.max(...events.map((event) => event.monotonicMs)),
    latestOffsetMs: Math.min(...events.map((event) => (event.receivedMs ?? Infinity) - event.monotonicMs)),
  };
}

/**
 * The boots of one store follow each other; `boots` are in that order. An unknown one depends on its neighbours up to the next
 * ones that are known, and on nothing beyond those.
 */
export function bootTimes(boots: readonly BootFacts[], clocks: readonly BootClock[]): BootTime[] {
  const offsets = boots.map((boot) => bestClock(boot.boot, clocks)?.offsetMs ?? boot.knownOffsetMs);
  let earliestMs = Number.NEGATIVE_INFINITY;
  const from = boots.map((boot, index) => {
    const fromMs = offsets[index] ?? earliestMs;
    earliestMs = fromMs + boot.lastMonotonicMs;
    return fromMs;
  });
  let latestMs = Number.POSITIVE_INFINITY;
  const times: BootTime[] = [];
  for (let index = boots.length - 1; index >= 0; index -= 1) {
    const boot = boots[index];
    const fromMs = from[index];
    if (boot === undefined || fromMs === undefined) continue;
    const offsetMs = offsets[index] ?? null;
    const latest = Math.min(latestMs - boot.lastMonotonicMs, boot.latestOffsetMs);
    const toMs = offsetMs ?? Math.max(fromMs, latest);
    latestMs = toMs;
    times.push({ offsetMs, rawOffsetMs: boot.rawOffsetMs, fromMs, toMs });
  }
  return times.reverse();
}

/** The `clock.synced` of a boot that is to be believed: the one with the least error, of several such the last. */
export function bestClock<Clock extends BootClock>(boot: BootId, clocks: readonly Clock[]): Clock | null {
  let best: Clock | null = null;
  for (const clock of clocks) {
    if (clock.boot === boot && (best === null || clock.errorMs <= best.errorMs)) best = clock;
  }
  return best;
}

/** The time of an event by what is known of its boot. */
export function timeInBoot(event: ClockFacts, boot: BootTime): EventTime {
  if (event.clock === "set") return known(event.wallMs, "clock");
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
