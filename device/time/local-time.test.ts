import { describe, expect, test } from "vitest";
import { cachedLocalTime, localTime } from "./local-time.ts";

const HOUR_MS = 3_600_000;

describe("local time", () => {
  test("is the wall clock in the kiosk's zone", () => {
    expect(localTime(Date.UTC(2026, 10, 24, 5, 2), "Europe/Zagreb")).toMatchObject({
      year: 2026,
      month: 11,
      day: 24,
      weekday: 2,
      hour: 6,
      minute: 2,
      offsetMinutes: 60,
    });
  });

  test.each([
    ["2026-10-25, when Berlin's clocks go back", Date.UTC(2026, 9, 25, 12), 25],
    ["2026-03-29, when they go forward", Date.UTC(2026, 2, 29, 12), 23],
    ["any other day", Date.UTC(2026, 10, 24, 12), 24],
  ])("of %s has a day of that many hours", (_day, wallMs, hours) => {
    const { dayStartMs, dayEndMs } = localTime(wallMs, "Europe/Berlin");
    expect((dayEndMs - dayStartMs) / HOUR_MS).toBe(hours);
  });

  test("begins its day at one o'clock where midnight is left out", () => {
    // Santiago's clocks go forward at midnight of 2026-09-06: that day has no 00:00 and ends where the next begins.
    const before = localTime(Date.UTC(2026, 8, 5, 12), "America/Santiago");
    const after = localTime(Date.UTC(2026, 8, 6, 12), "America/Santiago");
    expect(before.dayEndMs).toBe(after.dayStartMs);
  });

  test("in a zone that does not exist is an error", () => {
    expect(() => localTime(0, "Europe/Atlantis")).toThrow(RangeError);
  });

  test("that is remembered for a minute is never that of another minute or zone", () => {
    const cached = cachedLocalTime();
    for (const wallMs of [0, 59_999, 60_000, 30_000, HOUR_MS]) {
      for (const zone of ["UTC", "Asia/Kolkata"])
        expect(cached(wallMs, zone)).toEqual(localTime(wallMs, zone));
    }
  });
});
