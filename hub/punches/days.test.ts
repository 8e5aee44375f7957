import { describe, expect, it } from "vitest";
import { dayAt, dayBounds, requireTimeZone } from "./days.ts";

const HOUR_MS = 3_600_000;

describe("days", () => {
  it.each([
    ["2026-10-25", 25],
    ["2026-03-29", 23],
    ["2026-11-24", 24],
  ])("%s has %i hours in Berlin", (day, hours) => {
    const { fromMs, toMs } = dayBounds(day, "Europe/Berlin");
    expect((toMs - fromMs) / HOUR_MS).toBe(hours);
  });

  it("knows the day at an instant in a time zone", () => {
    expect(dayAt(Date.UTC(2026, 10, 24, 23, 30), "Europe/Zagreb")).toBe("2026-11-25");
    expect(dayAt(Date.UTC(2026, 10, 24, 3, 30), "America/New_York")).toBe("2026-11-23");
  });

  it("refuses what is no day and what is no time zone", () => {
    expect(() => dayBounds("2026-02-30", "UTC")).toThrow(expect.objectContaining({ code: "day.malformed" }));
    expect(() => requireTimeZone("Mars/Base")).toThrow(
      expect.objectContaining({ code: "time-zone.unknown" }),
    );
  });
});
