import { describe, expect, it } from "vitest";
import { EVENING, MORNING } from "../../test/docs/gallery-people.ts";
import {
  countdownText,
  countText,
  hoursText,
  isRecent,
  localAt,
  receiptText,
  secondsLeft,
} from "./format.ts";

const HOUR_MS = 3_600_000;

describe("times on the display", () => {
  it("tells the local time of another instant, across midnight and the turn of a month", () => {
    expect(localAt(MORNING.wallMs - 22 * 60_000, MORNING)).toEqual({
      day: 24,
      month: 11,
      hour: 5,
      minute: 40,
    });
    expect(localAt(MORNING.wallMs - 7 * HOUR_MS, MORNING)).toEqual({
      day: 23,
      month: 11,
      hour: 23,
      minute: 2,
    });
    expect(localAt(MORNING.wallMs - 24 * 24 * HOUR_MS, MORNING)).toMatchObject({ day: 31, month: 10 });
  });

  it("does not round a minute up within its seconds", () => {
    const now = { ...MORNING, wallMs: MORNING.wallMs + 59_999 };
    expect(localAt(now.wallMs, now)).toMatchObject({ hour: 6, minute: 2 });
    expect(localAt(now.wallMs - 60_000, now)).toMatchObject({ minute: 1 });
  });

  it("calls today and the last 24 hours recent, and nothing else", () => {
    expect(isRecent(EVENING.local.dayStartMs, EVENING)).toBe(true);
    expect(isRecent(MORNING.wallMs - 23 * HOUR_MS, MORNING)).toBe(true);
    expect(isRecent(MORNING.wallMs - 24 * HOUR_MS, MORNING)).toBe(false);
    expect(isRecent(MORNING.local.dayEndMs, MORNING)).toBe(false);
  });

  it("shows hours as H:MM, seconds dropped, never negative", () => {
    expect([0, 59_999, 60_000, 25 * HOUR_MS, -5].map(hoursText)).toEqual([
      "0:00",
      "0:00",
      "0:01",
      "25:00",
      "0:00",
    ]);
  });

  it("counts down to 0 only when it is over", () => {
    expect(secondsLeft(1000, 1)).toBe(1);
    expect(secondsLeft(1000, 1000)).toBe(0);
    expect(secondsLeft(1000, 2000)).toBe(0);
    expect([59, 60, 1800].map(countdownText)).toEqual(["0:59", "1:00", "30:00"]);
  });

  it("says a countdown of an hour and more in hours, never less than is left", () => {
    expect([3_599, 3_600, 18_661, 86_400].map(countdownText)).toEqual([
      "59:59",
      "1:00 h",
      "5:12 h",
      "24:00 h",
    ]);
  });

  it("says many as 99+", () => {
    expect([0, 99, 100, 12_345].map(countText)).toEqual(["0", "99", "99+", "99+"]);
  });

  it("groups a receipt by four, in upper case", () => {
    expect(receiptText("4kf72mwp")).toBe("4KF7-2MWP");
  });
});
