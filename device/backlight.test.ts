import { beforeEach, describe, expect, test } from "vitest";
import type { BacklightLevel } from "../hal/ports.ts";
import { VirtualScheduler } from "../sim/world/virtual-scheduler.ts";
import { Backlight, type Dimming } from "./backlight.ts";

const MINUTE_MS = 60_000;
const DIM: Dimming = { afterMs: 10 * MINUTE_MS, level: "dim" };

let scheduler: VirtualScheduler;
let levels: { readonly level: BacklightLevel; readonly atMs: number }[];
beforeEach(() => {
  scheduler = new VirtualScheduler();
  levels = [];
});

function backlight(dimming: Dimming | null): Backlight {
  const display = {
    backlight: (level: BacklightLevel) => void levels.push({ level, atMs: scheduler.nowMs() }),
  };
  return new Backlight(display, scheduler, dimming);
}

const seen = (): BacklightLevel[] => levels.map(({ level }) => level);
const pass = (ms: number): void => scheduler.runUntil(scheduler.nowMs() + ms);

describe("the backlight", () => {
  test("goes down when nobody has been there for so long, and up at the next touch", () => {
    const light = backlight(DIM);
    pass(10 * MINUTE_MS - 1);
    expect(seen()).toEqual([]);
    pass(1);
    expect(seen()).toEqual(["dim"]);
    light.touched();
    expect(seen()).toEqual(["dim", "full"]);
    pass(10 * MINUTE_MS);
    expect(seen()).toEqual(["dim", "full", "dim"]);
  });

  test("counts from the last touch, and has one timer however often it is touched, none once it is down", () => {
    const light = backlight(DIM);
    for (let minute = 0; minute < 60; minute++) {
      pass(MINUTE_MS);
      light.touched();
      expect(scheduler.pending).toBe(1);
    }
    expect(seen()).toEqual([]);
    pass(10 * MINUTE_MS);
    expect(seen()).toEqual(["dim"]);
    expect(scheduler.pending).toBe(0);
  });

  test("without dimming has no timer", () => {
    backlight(null);
    expect(scheduler.pending).toBe(0);
  });

  test.each([
    ["full", null, 0, ["off", "full", "off", "full"]],
    ["dim", DIM, 11 * MINUTE_MS, ["dim", "off", "dim", "off", "dim"]],
    ["off", { ...DIM, level: "off" } as const, 11 * MINUTE_MS, ["off", "full", "off", "full", "off"]],
  ] as const)("blinks visibly and returns to %s", (_level, dimming, idleMs, expected) => {
    const light = backlight(dimming);
    pass(idleMs);
    light.blink(2);
    pass(MINUTE_MS);
    expect(seen().filter((level, index, all) => level !== all[index - 1])).toEqual(expected);
  });

  test("blinks so long that it is seen from the side", () => {
    const light = backlight(null);
    light.blink(1);
    pass(MINUTE_MS);
    expect(levels).toEqual([
      { level: "off", atMs: 0 },
      { level: "full", atMs: 120 },
      { level: "full", atMs: 280 },
    ]);
  });

  test("is full when it is given up", () => {
    const light = backlight({ ...DIM, level: "off" });
    pass(11 * MINUTE_MS);
    light.stop();
    expect(seen().at(-1)).toBe("full");
    expect(scheduler.pending).toBe(0);
  });
});
