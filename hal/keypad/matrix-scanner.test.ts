import { describe, expect, test } from "vitest";
import { MAX_LINES_PER_SIDE } from "./layouts.ts";
import {
  CONFIRM_MS,
  LONGEST_BOUNCE_MS,
  MatrixScanner,
  RELEASE_QUIET_MS,
  SCAN_INTERVAL_MS,
  STUCK_AFTER_MS,
  STUCK_SCAN_INTERVAL_MS,
  STUCK_TYPING_INTERVAL_MS,
  TYPING_MS,
} from "./matrix-scanner.ts";

/** A scanner of 4 by 4; readings are given as crossings that read closed. */
function makeScanner() {
  const scanner = new MatrixScanner(4, 4);
  const scan = (nowMs: number, ...closed: readonly number[]) => {
    const reading = [0, 0, 0, 0];
    for (const index of closed) reading[index >> 2] = (reading[index >> 2] ?? 0) | (1 << (index & 3));
    return scanner.scan(reading, nowMs);
  };
  /** Reads the same every SCAN_INTERVAL_MS. Returns the last result, with all presses on the way. */
  const scanFor = (fromMs: number, forMs: number, ...closed: readonly number[]) => {
    let result = scan(fromMs, ...closed);
    const presses = [...result.presses];
    for (let atMs = fromMs + SCAN_INTERVAL_MS; atMs <= fromMs + forMs; atMs += SCAN_INTERVAL_MS) {
      result = scan(atMs, ...closed);
      presses.push(...result.presses);
    }
    return { ...result, presses };
  };
  return { scan, scanFor };
}

const REST = { presses: [], resting: true, nextScanMs: null, stuck: [] };

describe("a matrix scanner", () => {
  test("reports a press at the second reading that finds it closed", () => {
    const { scan } = makeScanner();
    expect(scan(0, 1)).toEqual({ presses: [], resting: false, nextScanMs: CONFIRM_MS, stuck: [] });
    expect(scan(CONFIRM_MS, 1)).toEqual({
      presses: [1],
      resting: false,
      nextScanMs: SCAN_INTERVAL_MS,
      stuck: [],
    });
    expect(scan(10, 1).presses).toEqual([]);
  });

  test("ignores a spike that is gone at the next reading", () => {
    const { scan } = makeScanner();
    scan(0, 1);
    expect(scan(CONFIRM_MS)).toEqual(REST);
  });

  test("does not take a second reading within the confirm time for a confirmation", () => {
    const { scan } = makeScanner();
    scan(0, 1);
    expect(scan(CONFIRM_MS / 2, 1).presses).toEqual([]);
  });

  test("believes a release only after the quiet time, counted from the first open reading", () => {
    const { scan } = makeScanner();
    scan(0, 0);
    scan(2, 0);
    expect(scan(100).nextScanMs).toBe(SCAN_INTERVAL_MS);
    expect(scan(100 + RELEASE_QUIET_MS - 1, 0).presses).toEqual([]);
    expect(scan(130).resting).toBe(false);
    expect(scan(130 + RELEASE_QUIET_MS)).toEqual(REST);
  });

  test("makes no second press of a release that it first sees after a stall, in the middle of its bounce", () => {
    const { scan } = makeScanner();
    scan(0, 0);
    scan(2, 0);
    scan(500);
    scan(504, 0);
    scan(508, 0);
    expect(scan(512).presses).toEqual([]);
  });

  test("reports two keys that came down between readings in the order in which they were first seen", () => {
    const { scan } = makeScanner();
    scan(0, 3);
    scan(1, 3, 0);
    expect(scan(3, 3, 0).presses).toEqual([3, 0]);
  });

  test("believes no new key of a rectangle, nor of three of its corners, until it is plain", () => {
    for (const doubtful of [
      [0, 1, 4, 5],
      [0, 1, 4],
      [0, 1, 5],
    ]) {
      const { scanFor } = makeScanner();
      scanFor(0, 50, 0, 1);
      expect(scanFor(60, 200, ...doubtful).presses).toEqual([]);
      expect(scanFor(300, 40, 0, 4).presses).toEqual([4]);
    }
  });

  test("does not confirm a key by a reading in which it may be a ghost", () => {
    const { scan } = makeScanner();
    scan(0, 5);
    expect(scan(CONFIRM_MS, 0, 1, 4, 5).presses).toEqual([]);
    expect(scan(100, 5).presses).toEqual([]);
    expect(scan(100 + CONFIRM_MS, 5).presses).toEqual([5]);
  });

  test("takes a contact that was closed a moment ago for closed when it looks for ghosts", () => {
    const { scan } = makeScanner();
    scan(0, 0);
    scan(2, 0);
    // Row 0 was read while its key bounced open, row 1 while it had closed again and joined them all.
    expect(scan(4, 4, 5).presses).toEqual([]);
    expect(scan(2 + LONGEST_BOUNCE_MS, 4, 5).presses).toEqual([]);
    expect(scan(4 + LONGEST_BOUNCE_MS, 4, 5).presses).toEqual([]);
    expect(scan(6 + LONGEST_BOUNCE_MS, 4, 5).presses).toEqual([4, 5]);
  });

  test("leaves a key out after 30 s until it has opened, and rests meanwhile", () => {
    const { scan } = makeScanner();
    scan(0, 0);
    scan(2, 0);
    expect(scan(STUCK_AFTER_MS, 0)).toEqual({
      presses: [],
      resting: true,
      nextScanMs: STUCK_SCAN_INTERVAL_MS,
      stuck: [0],
    });
    expect(scan(STUCK_AFTER_MS + 20, 0, 5)).toMatchObject({
      resting: false,
      nextScanMs: CONFIRM_MS,
      stuck: [0],
    });
    expect(scan(STUCK_AFTER_MS + 22, 0, 5).presses).toEqual([5]);
    expect(scan(STUCK_AFTER_MS + 100).resting).toBe(false);
    expect(scan(STUCK_AFTER_MS + 100 + RELEASE_QUIET_MS)).toEqual(REST);
  });

  test("looks often for keys beside a stuck one while somebody types, and seldom after", () => {
    const { scan, scanFor } = makeScanner();
    scanFor(0, STUCK_AFTER_MS, 0);
    const pressedMs = STUCK_AFTER_MS + 102;
    scan(pressedMs - 2, 0, 5);
    scan(pressedMs, 0, 5);
    scan(pressedMs + 50, 0);
    expect(scan(pressedMs + 50 + RELEASE_QUIET_MS, 0)).toMatchObject({
      resting: true,
      nextScanMs: STUCK_TYPING_INTERVAL_MS,
    });
    expect(scan(pressedMs + TYPING_MS - 1, 0).nextScanMs).toBe(STUCK_TYPING_INTERVAL_MS);
    expect(scan(pressedMs + TYPING_MS, 0).nextScanMs).toBe(STUCK_SCAN_INTERVAL_MS);
  });

  test("leaves a whole rectangle out after 30 s: a keypad under a box reads for ever neither", () => {
    const { scanFor } = makeScanner();
    expect(scanFor(0, STUCK_AFTER_MS - 8, 0, 1, 4, 5)).toEqual({
      presses: [],
      resting: false,
      nextScanMs: SCAN_INTERVAL_MS,
      stuck: [],
    });
    expect(scanFor(STUCK_AFTER_MS, 20, 0, 1, 4, 5)).toMatchObject({ resting: true, stuck: [0, 1, 4, 5] });
    expect(scanFor(STUCK_AFTER_MS + 100, 60, 0)).toMatchObject({ presses: [], resting: true, stuck: [0] });
  });

  test("refuses a matrix without lines on a side, or with more than there may be", () => {
    expect(() => new MatrixScanner(0, 4)).toThrow(RangeError);
    expect(() => new MatrixScanner(1, MAX_LINES_PER_SIDE + 1)).toThrow(RangeError);
  });
});
