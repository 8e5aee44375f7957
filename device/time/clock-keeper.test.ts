import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { KernelClock } from "../../hal/ports.ts";
import {
  ClockKeeper,
  CORRECTED_EVERY_MS,
  DISPUTED_MS,
  HOLDS_MS,
  MAX_HUB_ERROR_MS,
  RTC_ERROR_MS,
  UNMEASURED_ERROR_MS,
  WRONG_MS,
  type ClockReading,
} from "./clock-keeper.ts";

/** When the boots of these tests began, truly. */
const BOOT_MS = Date.UTC(2026, 10, 24, 5);
const NOBODYS: KernelClock = { isSynchronised: false, maxErrorMs: null, estimatedErrorMs: null };
const KEPT: KernelClock = { isSynchronised: true, maxErrorMs: 30, estimatedErrorMs: 5 };

let keeper: ClockKeeper;
beforeEach(() => (keeper = new ClockKeeper()));

/** A reading of a machine whose wall clock is so wrong. */
function reading(monotonicMs: number, wrongMs: number, more: Partial<ClockReading> = {}): ClockReading {
  const wallMs = BOOT_MS + monotonicMs + wrongMs;
  return { monotonicMs, wallMs, kernel: NOBODYS, setByRtc: false, ...more };
}
const YEARS_MS = -7 * 365 * 86_400_000;

function hubAt(monotonicMs: number, roundTripMs: number | null = 40, wrongMs = 0) {
  return { hubTimeMs: BOOT_MS + monotonicMs + wrongMs - (roundTripMs ?? 0) / 2, monotonicMs, roundTripMs };
}
const synced = (source: string, offsetMs: number, errorMs: number) => ({
  kind: "clock.synced",
  person: null,
  payload: { offsetMs, errorMs, source },
});

/** Both sayings about an instant at which the machine's wall clock is so wrong. */
function saysAt(monotonicMs: number, wrongMs: number): [string, number | null] {
  const wallMs = BOOT_MS + monotonicMs + wrongMs;
  const shownMs = keeper.shownWallMs(monotonicMs, wallMs);
  return [keeper.quality(monotonicMs, wallMs), shownMs === null ? null : shownMs - BOOT_MS - monotonicMs];
}

describe("a machine that booted with no idea of the time", () => {
  beforeEach(() => {
    expect(keeper.read(reading(1_000, YEARS_MS))).toEqual([]);
  });

  it("says so, and shows none", () => {
    expect(saysAt(2_000, YEARS_MS)).toEqual(["unset", null]);
  });

  it("is told by NTP, once", () => {
    expect(keeper.read(reading(31_000, 0, { kernel: KEPT }))).toEqual([synced("ntp", BOOT_MS, 30)]);
    expect(keeper.read(reading(61_000, 0, { kernel: KEPT }))).toEqual([]);
    expect(saysAt(62_000, 0)).toEqual(["set", 0]);
  });

  it("is told by the hub, to half of the way there and back, and shows that time while its own stays wrong", () => {
    expect(keeper.told(hubAt(5_000))).toEqual([synced("hub", BOOT_MS, 20)]);
    expect(saysAt(6_000, YEARS_MS)).toEqual(["unset", 0]);
    expect(keeper.told(hubAt(35_000))).toEqual([]);
  });

  it("takes NTP for better than the hub, even if it comes to the same", () => {
    keeper.told(hubAt(5_000));
    expect(keeper.read(reading(31_000, 0, { kernel: KEPT }))).toEqual([synced("ntp", BOOT_MS, 30)]);
  });

  it("believes a hub whose way was not measured, less", () => {
    expect(keeper.told(hubAt(5_000, null))).toEqual([synced("hub", BOOT_MS, UNMEASURED_ERROR_MS)]);
  });

  it("does not believe a hub that is not set itself, or that took too long to answer", () => {
    expect(keeper.told(hubAt(5_000, 40, YEARS_MS))).toEqual([]);
    expect(keeper.told(hubAt(5_000, 2 * MAX_HUB_ERROR_MS + 2))).toEqual([]);
    expect(saysAt(6_000, YEARS_MS)).toEqual(["unset", null]);
  });

  it("follows the hub as its crystal drifts, when it is noticeably wrong, and not at every message", () => {
    keeper.told(hubAt(5_000));
    const later = 5_000 + CORRECTED_EVERY_MS;
    expect(keeper.told(hubAt(later, 40, WRONG_MS - 100))).toEqual([]);
    expect(keeper.told(hubAt(later, 40, WRONG_MS + 100))).toEqual([
      synced("hub", BOOT_MS + WRONG_MS + 100, 20),
    ]);
    expect(keeper.told(hubAt(later + CORRECTED_EVERY_MS - 1, 40, 9_000))).toEqual([]);
  });

  it("does not take a slow answer's uncertainty for drift", () => {
    keeper.told(hubAt(5_000));
    expect(keeper.told(hubAt(5_000 + CORRECTED_EVERY_MS, 20_000, 9_000))).toEqual([]);
  });
});

describe("a machine with a real-time clock", () => {
  beforeEach(() => {
    expect(keeper.read(reading(1_000, 300, { setByRtc: true }))).toEqual([
      synced("rtc", BOOT_MS + 300, RTC_ERROR_MS),
    ]);
  });

  it("holds its time", () => {
    expect(saysAt(2_000, 300)).toEqual(["holding", 300]);
  });

  it("is corrected by the hub", () => {
    expect(keeper.told(hubAt(5_000, 40, 30_000))).toEqual([synced("hub", BOOT_MS + 30_000, 20)]);
    expect(saysAt(6_000, 300)).toEqual(["unset", 30_000]);
  });

  it("goes on by its monotonic clock when somebody sets the wall clock, and holds again when that is undone", () => {
    expect(keeper.hasStepped(2_000, BOOT_MS + 2_000 + 300 + HOLDS_MS + 1)).toBe(true);
    expect(keeper.hasStepped(2_000, BOOT_MS + 2_000 + 300 + HOLDS_MS)).toBe(false);
    expect(keeper.read(reading(2_000, 3_600_000, { setByRtc: true }))).toEqual([]);
    expect(saysAt(2_000, 3_600_000)).toEqual(["unset", 300]);
    expect(saysAt(3_000, 300)).toEqual(["holding", 300]);
  });
});

it("a real-time clock whose battery is empty tells nothing", () => {
  expect(keeper.read(reading(1_000, YEARS_MS, { setByRtc: true }))).toEqual([]);
  expect(saysAt(2_000, YEARS_MS)).toEqual(["unset", null]);
});

it("where the kernel does not answer, the clock is taken for kept by somebody", () => {
  keeper.read(reading(1_000, 0, { kernel: null }));
  expect(saysAt(2_000, 0)).toEqual(["holding", 0]);
});

it("the hub waits until the machine has been asked, which knows better", () => {
  expect(keeper.told(hubAt(500))).toEqual([]);
  expect(saysAt(600, 0)).toEqual(["unset", 0]);
  expect(keeper.read(reading(1_000, 0, { kernel: KEPT }))).toEqual([synced("ntp", BOOT_MS, 30)]);
  keeper = new ClockKeeper();
  keeper.told(hubAt(500));
  expect(keeper.read(reading(1_000, YEARS_MS))).toEqual([synced("hub", BOOT_MS, 20)]);
});

describe("a clock that NTP has set", () => {
  beforeEach(() => {
    keeper.read(reading(1_000, 0, { kernel: KEPT }));
  });

  it("is disputed when the hub's is more than two minutes away, once until they agree again", () => {
    const away = DISPUTED_MS + 25;
    expect(keeper.told(hubAt(5_000, 40, DISPUTED_MS))).toEqual([]);
    expect(keeper.told(hubAt(6_000, 40, away))).toEqual([
      { kind: "clock.disputed", person: null, payload: { errorMs: -away } },
    ]);
    expect(keeper.told(hubAt(7_000, 40, away))).toEqual([]);
    expect(saysAt(8_000, 0)).toEqual(["set", 0]);
    expect(keeper.told(hubAt(9_000))).toEqual([]);
    expect(keeper.told(hubAt(10_000, 40, -away))).toEqual([
      { kind: "clock.disputed", person: null, payload: { errorMs: away } },
    ]);
  });

  it("is disputed as soon as NTP sets it, when the hub has spoken before", () => {
    keeper = new ClockKeeper();
    keeper.read(reading(1_000, YEARS_MS));
    keeper.told(hubAt(5_000, 40, 10 * DISPUTED_MS));
    expect(keeper.read(reading(31_000, 0, { kernel: KEPT })).map(({ kind }) => kind)).toEqual([
      "clock.synced",
      "clock.disputed",
    ]);
  });

  it("holds when NTP is lost, and the hub corrects it once it has drifted", () => {
    keeper.read(reading(CORRECTED_EVERY_MS, 0));
    expect(saysAt(CORRECTED_EVERY_MS, 0)).toEqual(["holding", 0]);
    const later = 2 * CORRECTED_EVERY_MS;
    expect(keeper.told(hubAt(later, 40, 3_000))).toEqual([synced("hub", BOOT_MS + 3_000, 20)]);
  });

  it("that NTP steps is told anew", () => {
    const later = 1_000 + CORRECTED_EVERY_MS;
    expect(keeper.read(reading(later, 60_000, { kernel: KEPT }))).toEqual([
      synced("ntp", BOOT_MS + 60_000, 30),
    ]);
  });
});

it("whatever the clocks say, what is told is bounded, and a time that is shown is plausible", () => {
  const saying = fc.record({
    afterMs: fc.integer({ min: 0, max: 120_000 }),
    wrongMs: fc.constantFrom(0, 0, YEARS_MS, 3_600_000, -3_600_000, 2_500),
    kernel: fc.constantFrom(KEPT, NOBODYS, null),
    setByRtc: fc.boolean(),
    hub: fc.constantFrom(null, 0, 5_000, -200_000, YEARS_MS),
  });
  fc.assert(
    fc.property(fc.array(saying, { maxLength: 80 }), (sayings) => {
      const kept = new ClockKeeper();
      let nowMs = 0;
      let told = 0;
      for (const { afterMs, wrongMs, hub, ...more } of sayings) {
        nowMs += afterMs;
        told += kept.read(reading(nowMs, wrongMs, more)).filter(({ kind }) => kind === "clock.synced").length;
        if (hub !== null) {
          told += kept.told(hubAt(nowMs, 40, hub)).filter(({ kind }) => kind === "clock.synced").length;
        }
        const wallMs = BOOT_MS + nowMs + wrongMs;
        const quality = kept.quality(nowMs, wallMs);
        expect(quality === "set").toBe(more.kernel?.isSynchronised === true);
        const shownMs = kept.shownWallMs(nowMs, wallMs);
        if (more.kernel?.isSynchronised !== true && shownMs !== null) {
          expect(shownMs - wallMs === 0).toBe(quality === "holding" || shownMs === wallMs);
        }
      }
      // Each source's first word, and corrections.
      expect(told).toBeLessThanOrEqual(3 + nowMs / CORRECTED_EVERY_MS + 1);
    }),
  );
});
