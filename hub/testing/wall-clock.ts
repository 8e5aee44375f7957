import type { WallClock } from "../../protocol/seams.ts";

/** 2026-11-24T06:02:00Z, a Tuesday: the idle screen of the product's description. */
export const TEST_WALL_MS = Date.UTC(2026, 10, 24, 6, 2);

export interface SettableWallClock extends WallClock {
  set(wallMs: number): void;
}

export function testWallClock(startMs: number = TEST_WALL_MS): SettableWallClock {
  let now = startMs;
  return { wallMs: () => now, set: (wallMs) => void (now = wallMs) };
}
