import fc from "fast-check";
import type { KeyName, KeypadLayout } from "../../ports.ts";
import { CONFIRM_MS, LONGEST_BOUNCE_MS, RELEASE_QUIET_MS, SCAN_INTERVAL_MS } from "../matrix-scanner.ts";
import { WORN } from "../../../sim/chips/switch-matrix.ts";

/** A finger on a key, from one instant to another. */
export interface Stroke {
  readonly key: KeyName;
  readonly downMs: number;
  readonly upMs: number;
}

/** Reading, confirming, and the transactions themselves. */
const READ_MS = SCAN_INTERVAL_MS + CONFIRM_MS + 1;
/** Within this time of going down, a clean press is reported: it bounces, dirt gets in once, then two readings agree. */
export const REPORTED_WITHIN_MS = LONGEST_BOUNCE_MS + WORN.dirtMs + READ_MS;
/** For this long after a finger has gone, its contact may be closed, or have been so a moment ago. */
const LINGERS_MS = 2 * LONGEST_BOUNCE_MS + SCAN_INTERVAL_MS;
/** A finger that comes back to the same key sooner than this presses it once only. */
export const APART_MS = LONGEST_BOUNCE_MS + RELEASE_QUIET_MS + READ_MS;
/** Fingers that come down within this of each other come in no order that a matrix could tell. */
export const IN_ORDER_AFTER_MS = LONGEST_BOUNCE_MS + WORN.dirtMs + READ_MS;

/**
 * A press is clean when its finger stays long enough, had been away from this key long enough, and while it is being found
 * no three touched crossings with it among them were three corners of a rectangle.
 */
export function cleanStrokes(strokes: readonly Stroke[], layout: KeypadLayout): readonly Stroke[] {
  const place = new Map(
    layout.flatMap((keys, row) => keys.map((key, column) => [key, { row, column }] as const)),
  );
  return strokes.filter((stroke) => {
    if (stroke.upMs - stroke.downMs < REPORTED_WITHIN_MS) return false;
    const before = strokes.filter(({ key, upMs }) => key === stroke.key && upMs <= stroke.downMs);
    if (before.some(({ upMs }) => stroke.downMs - upMs < APART_MS)) return false;
    const own = place.get(stroke.key);
    const others = strokes
      .filter(
        (other) =>
          other.downMs <= stroke.downMs + REPORTED_WITHIN_MS && other.upMs + LINGERS_MS >= stroke.downMs,
      )
      .map((other) => place.get(other.key))
      .filter(
        (at) => at !== undefined && own !== undefined && (at.row !== own.row || at.column !== own.column),
      );
    return !others.some((one) => others.some((other) => cornersOfOne([own, one, other])));
  });
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** Three crossings are three corners of a rectangle when they lie in two rows and two columns. */
function cornersOfOne(places: readonly (Place | undefined)[]): boolean {
  const there = places.filter((place) => place !== undefined);
  const [rows, columns] = [new Set(there.map(({ row }) => row)), new Set(there.map(({ column }) => column))];
  const different = new Set(there.map(({ row, column }) => `${row}/${column}`)).size;
  return different === 3 && rows.size === 2 && columns.size === 2;
}

/** How hands type: from each touch to the next, and how long each stays. */
const HANDS = {
  "a fast typist": { gapMs: [80, 150], holdMs: [40, 110] },
  "two thumbs": { gapMs: [30, 90], holdMs: [40, 120] },
  "a glove over two keys": { gapMs: [0, 60], holdMs: [50, 200] },
  "a slow finger": { gapMs: [300, 1500], holdMs: [150, 1200] },
  "long holds": { gapMs: [300, 2000], holdMs: [500, 3000] },
  "a cat": { gapMs: [0, 40], holdMs: [0, 60] },
} as const;

/** What some hand does at a keypad of this layout, in the order in which fingers go down. */
export function handsAt(layout: KeypadLayout): fc.Arbitrary<readonly Stroke[]> {
  const key = fc.constantFrom(...layout.flat().filter((each) => each !== null));
  return fc.constantFrom(...Object.values(HANDS)).chain(({ gapMs, holdMs }) => {
    const tenths = ([least, most]: readonly [number, number]) =>
      fc.integer({ min: 10 * least, max: 10 * most });
    return fc
      .array(fc.record({ key, gap: tenths(gapMs), hold: tenths(holdMs) }), { minLength: 1, maxLength: 16 })
      .map((touches) => {
        let downMs = 1;
        const upMs = new Map<KeyName, number>();
        const strokes: Stroke[] = [];
        for (const touch of touches) {
          downMs += touch.gap / 10;
          // A finger is on this key already.
          if (downMs <= (upMs.get(touch.key) ?? 0)) continue;
          upMs.set(touch.key, downMs + touch.hold / 10);
          strokes.push({ key: touch.key, downMs, upMs: downMs + touch.hold / 10 });
        }
        return strokes;
      });
  });
}
