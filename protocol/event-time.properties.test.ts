import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bootFacts,
  bootTimes,
  eventTimes,
  timeInBoot,
  type BootClock,
  type EventTime,
  type TimedEvent,
} from "./event-time.ts";
import { bootId } from "./ids.ts";

/** Lives of a terminal: boots with clocks of every kind, whose true times the test knows. */

const HOUR = 3_600_000;
const BEGIN_MS = Date.UTC(2026, 0, 1);

interface Life {
  readonly events: readonly TimedEvent[];
  readonly clocks: readonly BootClock[];
  readonly trueMs: readonly number[];
}

const boot = fc.record({
  pauseMs: fc.integer({ min: 1, max: 100 * HOUR }),
  clock: fc.constantFrom("set" as const, "holding" as const, "unset" as const),
  wrongMs: fc.integer({ min: -20 * 365 * 24 * HOUR, max: 20 * 365 * 24 * HOUR }),
  /** From which of its events on its clock is set; more than it has: never. */
  setFrom: fc.nat(8),
  isSynced: fc.boolean(),
  gapsMs: fc.array(fc.integer({ min: 1, max: 10 * HOUR }), { minLength: 1, maxLength: 6 }),
  isReceivedLate: fc.boolean(),
});

const life: fc.Arbitrary<Life> = fc.array(boot, { minLength: 1, maxLength: 6 }).map((boots) => {
  let atMs = BEGIN_MS;
  const events: TimedEvent[] = [];
  const clocks: BootClock[] = [];
  const trueMs: number[] = [];
  for (const [index, each] of boots.entries()) {
    atMs += each.pauseMs;
    const beganMs = atMs;
    const id = bootId.parse(String(index).padStart(16, "0"));
    // What holds is right here: how wrong an RTC is nobody knows but by what comes later.
    const wrongMs = each.clock === "unset" ? each.wrongMs : 0;
    if (each.isSynced) clocks.push({ boot: id, offsetMs: beganMs, errorMs: 5 });
    for (const [nth, gapMs] of each.gapsMs.entries()) {
      atMs += gapMs;
      const isSet = each.clock === "set" || nth >= each.setFrom;
      events.push({
        boot: id,
        monotonicMs: atMs - beganMs,
        wallMs: isSet ? atMs : atMs + wrongMs,
        clock: isSet ? "set" : each.clock,
        receivedMs: each.isReceivedLate ? null : atMs + 60_000,
      });
      trueMs.push(atMs);
    }
  }
  return { events, clocks, trueMs };
});

const each = function* ({
  events,
  clocks,
  trueMs,
}: Life): Iterable<readonly [EventTime, number, TimedEvent]> {
  const times = eventTimes(events, clocks);
  for (const [index, event] of events.entries()) {
    const time = times[index];
    const at = trueMs[index];
    if (time === undefined || at === undefined) throw new RangeError("each event has a time");
    yield [time, at, event];
  }
};

test("what is said to be known is the true time, however wrong the clock was before it was set", () => {
  fc.assert(
    fc.property(life, (given) => {
      for (const [time, trueMs] of each(given)) {
        if (time.basis !== "bounded") expect(time.atMs).toBe(trueMs);
      }
    }),
  );
});

test("the true time of what is not known lies within its bounds, and so does what is shown for it", () => {
  fc.assert(
    fc.property(life, (given) => {
      let isAnythingKnownBefore = false;
      for (const [{ basis, atMs, fromMs, toMs }, trueMs] of each(given)) {
        if (basis !== "bounded") {
          isAnythingKnownBefore = true;
          continue;
        }
        if (isAnythingKnownBefore) expect(fromMs).toBeLessThanOrEqual(trueMs);
        if (toMs !== null) expect(trueMs).toBeLessThanOrEqual(toMs);
        expect(fromMs).toBeLessThanOrEqual(atMs);
        expect(atMs).toBeLessThanOrEqual(toMs ?? Infinity);
      }
    }),
  );
});

test("events of one boot that are not set keep their spaces", () => {
  fc.assert(
    fc.property(life, (given) => {
      let before: readonly [EventTime, TimedEvent] | null = null;
      for (const [time, , event] of each(given)) {
        if (before !== null && before[1].boot === event.boot) {
          const isBoth = before[1].clock !== "set" && event.clock !== "set";
          const apartMs = event.monotonicMs - before[1].monotonicMs;
          if (isBoth) expect(time.atMs - before[0].atMs).toBe(apartMs);
        }
        before = [time, event];
      }
    }),
  );
});

test("a boot's facts are enough: events by and by have the times that they have together", () => {
  fc.assert(
    fc.property(life, ({ events, clocks }) => {
      const facts = [...Map.groupBy(events, (event) => event.boot).values()].map(bootFacts);
      const times = bootTimes(facts, clocks);
      const byBoot = new Map(facts.map((one, index) => [one.boot, times[index]]));
      const alone = events.map((event) => {
        const time = byBoot.get(event.boot);
        return time === undefined ? null : timeInBoot(event, time);
      });
      expect(alone).toEqual(eventTimes(events, clocks));
    }),
  );
});

test("beyond the next boots that are known nothing changes what an unknown one lies between", () => {
  fc.assert(
    fc.property(life, life, ({ events, clocks }, other) => {
      const known = { monotonicMs: 0, clock: "set" as const, receivedMs: null };
      const ids = ["y", "z"].map((letter) => bootId.parse(letter.repeat(16)));
      const [before, after] = ids;
      if (before === undefined || after === undefined) return;
      const fence = (id: typeof before, wallMs: number): TimedEvent => ({ ...known, boot: id, wallMs });
      const renamed = other.events.map((event) => ({
        ...event,
        boot: bootId.parse(event.boot.replace(/^0/, "x")),
      }));
      const inner = [fence(before, BEGIN_MS), ...events, fence(after, BEGIN_MS + 10_000 * HOUR)];
      const alone = eventTimes(inner, clocks);
      const between = eventTimes([...renamed, ...inner], clocks);
      expect(between.slice(renamed.length)).toEqual(alone);
    }),
  );
});
