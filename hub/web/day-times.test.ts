import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { dayAt, formatDay, instantsAt, shiftDay } from "./day-times.ts";

const ZONES = ["Europe/Zagreb", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"];

describe("a day of a time zone", () => {
  it("is what the calendar there says", () => {
    const anInstant = fc.integer({ min: 0, max: Date.UTC(2050, 0, 1) });
    fc.assert(
      fc.property(anInstant, fc.constantFrom(...ZONES), (atMs, timeZone) => {
        const there = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
        expect(dayAt(atMs, timeZone)).toBe(there.toPlainDate().toString());
      }),
    );
  });

  it("is written for a reader, and counted on across months, summer time and leap days", () => {
    expect(formatDay("2026-11-23")).toBe("Mon 23 Nov 2026");
    expect(shiftDay("2026-10-31", 1)).toBe("2026-11-01");
    expect(shiftDay("2028-03-01", -1)).toBe("2028-02-29");
    expect(shiftDay("2026-03-29", 1)).toBe("2026-03-30");
  });

  it("is left as it is where it is none", () => {
    expect(formatDay("tomorrow")).toBe("tomorrow");
    expect(shiftDay("tomorrow", 1)).toBe("tomorrow");
    expect(instantsAt("2026-02-31", "soon", "UTC")).toEqual([]);
  });
});

describe("a time of day", () => {
  it("is the instant at which clocks there show it", () => {
    const anInstant = fc.integer({ min: 0, max: Date.UTC(2050, 0, 1) });
    fc.assert(
      fc.property(anInstant, fc.constantFrom(...ZONES), (atMs, timeZone) => {
        const there = Temporal.Instant.fromEpochMilliseconds(atMs)
          .toZonedDateTimeISO(timeZone)
          .round({ smallestUnit: "minute", roundingMode: "floor" });
        const time = there.toPlainTime().toString({ smallestUnit: "minute" });
        const found = instantsAt(there.toPlainDate().toString(), time, timeZone);
        expect(found).toContain(there.epochMilliseconds);
        expect(found.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it("is none in the hour that summer time leaves out, and two in the one that it repeats", () => {
    expect(instantsAt("2026-03-29", "02:30", "Europe/Zagreb")).toEqual([]);
    expect(instantsAt("2026-10-25", "02:30", "Europe/Zagreb")).toEqual([
      Date.UTC(2026, 9, 25, 0, 30),
      Date.UTC(2026, 9, 25, 1, 30),
    ]);
    expect(instantsAt("2026-11-23", "06:02", "Europe/Zagreb")).toEqual([Date.UTC(2026, 10, 23, 5, 2)]);
  });
});
