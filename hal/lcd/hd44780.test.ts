import { describe, expect, test } from "vitest";
import { USUAL_BACKPACK, type BackpackPins } from "../plan.ts";
import type { DisplaySize } from "../ports.ts";
import { Hd44780 } from "../../sim/chips/hd44780.ts";
import { SimulatedI2cBus } from "../../sim/chips/i2c-bus.ts";
import { Pcf8574 } from "../../sim/chips/pcf8574.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { Pcf8574Bus } from "./bus-pcf8574.ts";
import { describeCharacterDisplay } from "./display.contract.ts";
import { Hd44780Display, RESYNC_INTERVAL_MS, RESYNC_QUIET_MS } from "./hd44780.ts";
import { BACKPACK_ADDRESS, gpioWorld, i2cWorld } from "./testing/worlds.ts";
import { MAX_TRANSACTION_US, POWER_ON_MS } from "./timing.ts";

/** As some backpacks are sold; the usual one comes first. */
const BACKPACKS: Readonly<Record<string, BackpackPins>> = {
  "the usual backpack": USUAL_BACKPACK,
  "a backpack with data on P0 to P3, RS on P6, the light on at low": {
    rs: 6,
    rw: 5,
    e: 4,
    backlight: 7,
    data: [0, 1, 2, 3],
    backlightActiveHigh: false,
  },
  "a backpack with data on P0 to P3, RS on P4": {
    rs: 4,
    rw: 5,
    e: 6,
    backlight: 7,
    data: [0, 1, 2, 3],
    backlightActiveHigh: true,
  },
  "a home-made backpack with data the other way round": {
    rs: 3,
    rw: 0,
    e: 1,
    backlight: 2,
    data: [7, 6, 5, 4],
    backlightActiveHigh: true,
  },
};

describeCharacterDisplay("GPIO", (size) => gpioWorld(size));
describeCharacterDisplay("GPIO with a slow clone", (size) => gpioWorld(size, { slowness: 1.5 }));
describeCharacterDisplay("I2C at 400 kHz with a slow clone", (size) =>
  i2cWorld(size, { clockHz: 400_000, slowness: 1.5 }),
);
for (const [name, pins] of Object.entries(BACKPACKS)) {
  describeCharacterDisplay(`I2C at 100 kHz, ${name}`, (size) => i2cWorld(size, { pins }));
}

test("a backpack's pins are eight different outputs", () => {
  for (const rs of [1, 8, -1, 0.5]) {
    expect(() => i2cWorld({ columns: 16, rows: 2 }, { pins: { ...USUAL_BACKPACK, rs } })).toThrow(RangeError);
  }
});

describe("a display that has had power for a while", () => {
  test("is initialised after what is left of its power-on time, and not before", async () => {
    const scheduler = new VirtualScheduler();
    const expander = new Pcf8574(() => scheduler.nowMs());
    const size = { columns: 20, rows: 4 };
    const chip = new Hd44780({
      nets: expander.nets,
      pins: expander.displayPins,
      size,
      nowMs: expander.nowMs,
    });
    const i2c = new SimulatedI2cBus({ scheduler, clockHz: 100_000 });
    i2c.attach(BACKPACK_ADDRESS, expander);
    await scheduler.run(POWER_ON_MS - 20);
    const bus = new Pcf8574Bus({ i2c, address: BACKPACK_ADDRESS, clockHz: 100_000 });
    const display = new Hd44780Display({ bus, scheduler, size, poweredSinceMs: 0 });
    display.show({ rows: ["starting"] });
    await scheduler.run(POWER_ON_MS - 1);
    expect(i2c.byteCount).toBe(0);
    await scheduler.run(POWER_ON_MS + 20);
    expect(chip.rows()[0]?.trim()).toBe("starting");
    expect(chip.violationCount).toBe(0);
  });
});

describe("a display behind a PCF8574", () => {
  const SIZE: DisplaySize = { columns: 20, rows: 4 };

  test("recovers from a transaction that broke off after any of its bytes", async () => {
    for (let afterBytes = 0; afterBytes < 20; afterBytes++) {
      const { scheduler, display, chip, i2c } = i2cWorld(SIZE);
      const pass = (ms: number) => scheduler.run(scheduler.nowMs() + ms);
      display.show({ rows: ["before"] });
      await pass(200);
      i2c.nakNext(1, afterBytes);
      display.show({ rows: ["after that"] });
      await pass(1000);
      expect(chip.rows()[0]).toBe("after that          ");
    }
  });

  test("needs the fewest bus bytes: one character 11, a full 20x4 at most 345 and an address for each transaction", async () => {
    const { scheduler, display, i2c } = i2cWorld(SIZE);
    const pass = (ms: number) => scheduler.run(scheduler.nowMs() + ms);
    const full = (letter: string) => Array<string>(4).fill(letter.repeat(20));
    display.show({ rows: full("a") });
    await pass(200);
    display.show({ rows: full("b") });
    const beforeFull = i2c.byteCount;
    await pass(200);
    const transactions = Math.ceil(81 / 8);
    expect(i2c.byteCount - beforeFull).toBeLessThanOrEqual(345 + transactions - 1);
    const beforeOne = i2c.byteCount;
    display.show({ rows: [full("b")[0] ?? "", "b".repeat(10) + "c" + "b".repeat(9), ...full("b").slice(2)] });
    await pass(200);
    expect(i2c.byteCount - beforeOne).toBe(11);
  });

  test("keeps every transaction within its limit, so that a newer frame can take over", async () => {
    const { scheduler, display, i2c } = i2cWorld(SIZE);
    let longestBytes = 0;
    let before = 0;
    display.show({ rows: Array<string>(4).fill("ż".repeat(20)) });
    while (scheduler.nowMs() < 300) {
      const at = i2c.byteCount;
      longestBytes = Math.max(longestBytes, at - before);
      before = at;
      await scheduler.run(300, () => i2c.byteCount !== at);
    }
    expect(longestBytes).toBeGreaterThan(10);
    expect(longestBytes * 90 + 20).toBeLessThanOrEqual(MAX_TRANSACTION_US);
  });

  test("shows a key's echo after the transaction under way, in a repaint and before new glyphs", async () => {
    const echoMs = 11 * 0.09 + 0.02;
    const name = "áčďéěíňó".padEnd(20);
    for (const line of ["x".repeat(20), name]) {
      const { scheduler, display, chip } = i2cWorld(SIZE);
      await scheduler.run(200);
      const rows = ["-".repeat(20), line, line, line];
      display.show({ rows });
      await scheduler.run(205);
      const askedMs = scheduler.nowMs();
      display.show({ rows: ["----------7---------", ...rows.slice(1)] });
      await scheduler.run(400, () => chip.rows()[0]?.[10] === "7");
      expect(scheduler.nowMs() - askedMs).toBeLessThan(MAX_TRANSACTION_US / 1000 + echoMs);
    }
  });

  test("draws a newer frame instead of finishing the one under way", async () => {
    const { scheduler, display, chip } = i2cWorld(SIZE);
    await scheduler.run(200);
    display.show({ rows: Array<string>(4).fill("x".repeat(20)) });
    await scheduler.run(210);
    display.show({ rows: ["new"] });
    let everFull = false;
    chip.onChange(() => (everFull ||= chip.rows().join("").includes("x".repeat(60))));
    await scheduler.run(400);
    expect(everFull).toBe(false);
    expect(chip.rows()[0]?.trim()).toBe("new");
  });
});

test("a display on GPIO shows its first frame within 20 ms of the controller's power-on wait", async () => {
  const { scheduler, display, chip } = gpioWorld({ columns: 20, rows: 4 });
  display.show({ rows: ["Starting"] });
  await scheduler.run(1000, () => chip.rows()[0]?.startsWith("Starting") === true);
  expect(scheduler.nowMs()).toBeLessThan(50 + 20);
});

test("a display is initialised anew only after nothing has changed for a while, and only now and then", async () => {
  const { scheduler, display, chip } = gpioWorld({ columns: 16, rows: 2 });
  const pass = (ms: number) => scheduler.run(scheduler.nowMs() + ms);
  await pass(200);
  while (scheduler.nowMs() < RESYNC_INTERVAL_MS + 30_000) {
    display.show({ rows: [String(scheduler.nowMs())] });
    await pass(RESYNC_QUIET_MS - 500);
  }
  let changes = 0;
  chip.onChange(() => changes++);
  await pass(RESYNC_QUIET_MS / 3 - 500);
  expect(changes).toBe(0);
  await pass(RESYNC_QUIET_MS);
  expect(changes).toBeGreaterThan(30);
  changes = 0;
  await pass(RESYNC_INTERVAL_MS / 2);
  expect(changes).toBe(0);
});
