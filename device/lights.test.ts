import { beforeEach, describe, expect, test } from "vitest";
import type { LedName, Leds } from "../hal/ports.ts";
import { VirtualScheduler } from "../sim/world/virtual-scheduler.ts";
import { Lights } from "./lights.ts";

let scheduler: VirtualScheduler;
let lit: Map<LedName, boolean>;
let changes: string[];
let lights: Lights;

beforeEach(() => {
  scheduler = new VirtualScheduler();
  lit = new Map();
  changes = [];
  const leds: Pick<Leds, "set"> = {
    set(led, on) {
      if ((lit.get(led) ?? false) !== on) changes.push(`${led} ${on ? "on" : "off"}`);
      lit.set(led, on);
    },
  };
  lights = new Lights(leds, scheduler);
});

const pass = (ms: number): void => scheduler.runUntil(scheduler.nowMs() + ms);

describe("the lights", () => {
  test("flash as often as they are asked to, and are dark after it", () => {
    lights.flash("green", 2);
    pass(2_000);
    expect(changes).toEqual(["green on", "green off", "green on", "green off"]);
  });

  test("tell one thing at a time", () => {
    lights.flash("green", 2);
    pass(50);
    lights.flash("red", 1);
    expect([lit.get("green"), lit.get("red")]).toEqual([false, true]);
    pass(2_000);
    expect(changes).toEqual(["green on", "green off", "red on", "red off"]);
  });

  test("are red while something is out of order, and a refusal is still seen", () => {
    lights.outOfOrder(true);
    lights.flash("red", 3);
    pass(2_000);
    expect(changes).toEqual(["red on", "red off", "red on", "red off", "red on", "red off", "red on"]);
    lights.flash("green", 1);
    pass(2_000);
    expect(lit.get("red")).toBe(true);
    lights.outOfOrder(false);
    expect(lit.get("red")).toBe(false);
  });

  test("that are not there trouble nobody", () => {
    const none = new Lights(null, scheduler);
    none.outOfOrder(true);
    none.flash("red", 3);
    pass(2_000);
    expect(changes).toEqual([]);
  });
});
