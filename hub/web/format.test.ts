import { describe, expect, it } from "vitest";
import { formatDateTime, formatTime, formatWorked } from "./format.ts";

describe("what the page writes", () => {
  it("worked time is in hours and whole minutes", () => {
    expect(formatWorked(0)).toBe("0:00");
    expect(formatWorked(7 * 3_600_000 + 5 * 60_000 + 59_999)).toBe("7:05");
    expect(formatWorked(-1)).toBe("0:00");
  });

  it("times are those of the workspace's time zone", () => {
    expect(formatTime(Date.UTC(2026, 10, 24, 5, 2), "Europe/Zagreb")).toBe("06:02");
    expect(formatDateTime(Date.UTC(2026, 10, 24, 23, 2), "Europe/Zagreb")).toBe("25 Nov, 00:02");
  });

  it("an instant that no calendar has is a dash", () => {
    expect(formatTime(Number.MAX_SAFE_INTEGER, "UTC")).toBe("–");
  });
});
