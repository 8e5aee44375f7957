import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ambiguousCrossings,
  CONFIRM_MS,
  MatrixScanner,
  MAX_CROSSINGS,
  RELEASE_QUIET_MS,
  SCAN_INTERVAL_MS,
  STUCK_AFTER_MS,
  STUCK_SCAN_INTERVAL_MS,
} from "./matrix-scanner.ts";

const ROWS = 4;
const COLUMNS = 4;

describe("a matrix scanner", () => {
  test("reports a press at the second reading that finds it closed", () => {
    const scanner = new MatrixScanner(ROWS, COLUMNS);
    expect(scanner.scan(0b10, 0)).toEqual({ presses: [], nextScanMs: CONFIRM_MS, stuck: 0 });
    expect(scanner.scan(0b10, CONFIRM_MS)).toEqual({ presses: [1], nextScanMs: SCAN_INTERVAL_MS, stuck: 0 });
    expect(scanner.scan(0b10, 10).presses).toEqual([]);
  });

  test("ignores a spike that is gone at the next reading", () => {
    const scanner = new MatrixScanner(ROWS, COLUMNS);
    scanner.scan(0b10, 0);
    expect(scanner.scan(0, CONFIRM_MS)).toEqual({ presses: [], nextScanMs: null, stuck: 0 });
  });

  test("does not take a second reading within the confirm time for a confirmation", () => {
    const scanner = new MatrixScanner(ROWS, COLUMNS);
    scanner.scan(0b10, 0);
    expect(scanner.scan(0b10, CONFIRM_MS / 2).presses).toEqual([]);
  });

  test("believes a release only after the quiet time, counted from the first open reading", () => {
    const scanner = new MatrixScanner(ROWS, COLUMNS);
    scanner.scan(1, 0);
    scanner.scan(1, 2);
    expect(scanner.scan(0, 100).nextScanMs).toBe(SCAN_INTERVAL_MS);
    expect(scanner.scan(1, 100 + RELEASE_QUIET_MS - 1).presses).toEqual([]);
    expect(scanner.scan(0, 130).nextScanMs).toBe(SCAN_INTERVAL_MS);
    expect(scanner.scan(0, 130 + RELEASE_QUIET_MS).nextScanMs).toBeNull();
  });

  test("makes no second press of a release that it first sees after a stall, in the middle of its bounce", () => {
    const scanner = new MatrixScanner(ROWS, COLUMNS);
    scanner.scan(1, 0);
    scanner.scan(1, 2);
    scanner.scan(0, 500);
    scanner.scan(1, 504);
    scanner.scan(1, 508);
    expect(scanner.scan(0, 512).presses).toEqual([]);
  });

  test("reports two keys that came down between readings in the order in which they were first seen", () => {
    const scanner = new MatrixScanner(ROWS, COLUMNS);
    scanner.scan(0b1000, 0);
    scanner.scan(0b1001, 1);
    expect(scanner.scan(0b1001, 3).presses).toEqual([3, 0]);
  });

  test("counts a key as stuck after 30 s until it has opened, and reads slowly while only stuck keys are down", () => {
    const scanner = new MatrixScanner(ROWS, COLUMNS);
    scanner.scan(1, 0);
    scanner.scan(1, 2);
    expect(scanner.scan(1, STUCK_AFTER_MS)).toEqual({
      presses: [],
      nextScanMs: STUCK_SCAN_INTERVAL_MS,
      stuck: 1,
    });
    expect(scanner.scan(0b100001, STUCK_AFTER_MS + 20).nextScanMs).toBe(CONFIRM_MS);
    expect(scanner.scan(0b100001, STUCK_AFTER_MS + 22).presses).toEqual([5]);
    scanner.scan(0, STUCK_AFTER_MS + 100);
    expect(scanner.scan(0, STUCK_AFTER_MS + 100 + RELEASE_QUIET_MS)).toEqual({
      presses: [],
      nextScanMs: null,
      stuck: 0,
    });
  });

  test("goes on reading while a rectangle hides whether anything is down", () => {
    const scanner = new MatrixScanner(2, 2);
    expect(scanner.scan(0b1111, 0)).toEqual({ presses: [], nextScanMs: SCAN_INTERVAL_MS, stuck: 0 });
  });

  test("refuses a matrix without crossings or with more than fit a reading", () => {
    expect(() => new MatrixScanner(0, 4)).toThrow(RangeError);
    expect(() => new MatrixScanner(1, MAX_CROSSINGS + 1)).toThrow(RangeError);
  });

  test("finds a crossing ambiguous exactly when it is a corner of a closed rectangle", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff }), (reading) => {
        const closed = (row: number, column: number) => ((reading >> (row * COLUMNS + column)) & 1) === 1;
        let expected = 0;
        for (let row = 0; row < ROWS; row++) {
          for (let column = 0; column < COLUMNS; column++) {
            for (let otherRow = 0; otherRow < ROWS; otherRow++) {
              for (let otherColumn = 0; otherColumn < COLUMNS; otherColumn++) {
                if (otherRow === row || otherColumn === column) continue;
                const corners =
                  closed(row, column) &&
                  closed(row, otherColumn) &&
                  closed(otherRow, column) &&
                  closed(otherRow, otherColumn);
                if (corners) expected |= 1 << (row * COLUMNS + column);
              }
            }
          }
        }
        expect(ambiguousCrossings(reading, ROWS, COLUMNS)).toBe(expected);
      }),
    );
  });
});
