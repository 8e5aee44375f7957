import { expect, onTestFinished, test } from "vitest";
import type { Claims } from "../claims.ts";
import { bcm, type DisplaySize } from "../ports.ts";
import type { NpmLcdPlan } from "../plan.ts";
import { mountKernel } from "../testing/mount-kernel.ts";
import { SimulatedGpioBank } from "../../sim/chips/gpio-bank.ts";
import { Hd44780 } from "../../sim/chips/hd44780.ts";
import type { KernelFile, KernelFiles } from "../../sim/chips/kernel-files.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { SimulatedSysfsGpio } from "../../sim/chips/sysfs-gpio.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { describeCharacterDisplay, textOf } from "./display.contract.ts";
import { RESYNC_INTERVAL_MS } from "./hd44780.ts";
import { openNpmLcd } from "./npm-lcd.ts";
import { MAX_TRANSACTION_US } from "./timing.ts";

/** The package itself, on the package onoff, on a simulated sysfs whose lines lead to a simulated controller. */

const LINES = { rs: bcm(7), e: bcm(8), data: [bcm(25), bcm(24), bcm(23), bcm(18)] } as const;
const BACKLIGHT = bcm(4);
const NO_CLAIMS: Claims = { abandoned: () => false, add: () => undefined, remove: () => undefined };
/** What a write to a file of the kernel's takes. */
const WRITE_US = 3;
/** How often it looks at the clock. */
const SPIN_STEP_US = 1;
const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;

/** A kernel whose writes take time. */
function timed(chip: SimulatedSysfsGpio, scheduler: VirtualScheduler): KernelFiles {
  return {
    owns: (path) => chip.owns(path),
    exists: (path) => chip.exists(path),
    open(path): KernelFile {
      const file = chip.open(path);
      return {
        read: (length) => file.read(length),
        write(bytes) {
          scheduler.advanceUs(WRITE_US);
          return file.write(bytes);
        },
        close: () => file.close(),
        // Outputs have no edges to tell of.
        poll: () => () => undefined,
      };
    },
  };
}

/** The package spins by `process.hrtime`: until the running test ends that moves the virtual clock on. */
function spinVirtually(scheduler: VirtualScheduler): void {
  const original: unknown = Reflect.get(process, "hrtime");
  const spin = (since: readonly [number, number] = [0, 0]): [number, number] => {
    scheduler.advanceUs(SPIN_STEP_US);
    const ns = Math.round(scheduler.nowMs() * NS_PER_MS) - since[0] * NS_PER_S - since[1];
    return [Math.floor(ns / NS_PER_S), ns % NS_PER_S];
  };
  Reflect.set(process, "hrtime", Object.assign(spin, { bigint: () => BigInt(spin()[1]) }));
  onTestFinished(() => {
    Reflect.set(process, "hrtime", original);
  });
}

function makeWorld(size: DisplaySize, base = 512, slowness = 1) {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard();
  const kernel = new SimulatedSysfsGpio({ nets, scheduler, base });
  mountKernel(timed(kernel, scheduler));
  spinVirtually(scheduler);
  const { rs, e, data } = LINES;
  const [d4, d5, d6, d7] = data;
  const pins = { rs, e, d4, d5, d6, d7 };
  const chip = new Hd44780({ nets, pins, size, nowMs: () => scheduler.nowMs(), slowness });
  const spinUs = (us: number) => scheduler.advanceUs(us);
  const light = new SimulatedGpioBank({ nets, scheduler, spinUs });
  const plan: NpmLcdPlan = { driver: "npm-lcd", size, rom: "A00", ...LINES, backlight: BACKLIGHT };
  const { files } = kernel;
  const display = openNpmLcd({ plan, scheduler, light, files, claims: NO_CLAIMS, spinUs });
  const lit = () => (nets.levels & (1 << BACKLIGHT)) !== 0;
  const breakWires = (broken: boolean) => kernel.failWith(broken);
  return { scheduler, display, chip, lit, breakWires, kernel };
}

const SIZE: DisplaySize = { columns: 20, rows: 4 };

// First, for loading takes turns that no virtual clock knows of.
test("the npm package lcd is loaded when its display is opened", async () => {
  const { display, chip, scheduler } = makeWorld(SIZE);
  display.show({ rows: ["loaded"] });
  await import("lcd");
  await scheduler.pass(3_000);
  expect(textOf(chip)[0]?.trim()).toBe("loaded");
});

describeCharacterDisplay("the npm package lcd", (size) => makeWorld(size));

test("the npm package lcd works on a kernel before 6.6, whose base is 0", async () => {
  const { display, chip, scheduler } = makeWorld(SIZE, 0);
  display.show({ rows: ["Ana Kovač"] });
  await scheduler.pass(200);
  expect(textOf(chip)[0]?.trim()).toBe("Ana Kovač");
  expect(chip.violations).toEqual([]);
});

test("the npm package lcd is in step again by the next initialisation that comes by itself", async () => {
  for (let lost = 1; lost <= 12; lost++) {
    const { display, chip, scheduler } = makeWorld(SIZE);
    const rows = ["one", "two", "three", "four"].map((row) => row.padEnd(20));
    display.show({ rows });
    await scheduler.pass(200);
    expect(textOf(chip)).toEqual(rows);
    chip.dropNibble(lost);
    display.show({ rows: ["five", ...rows.slice(1)] });
    await scheduler.pass(RESYNC_INTERVAL_MS + 200);
    expect(textOf(chip)).toEqual(["five".padEnd(20), ...rows.slice(1)]);
  }
});

test("the npm package lcd drives a slow clone without a breach of its times", async () => {
  const { display, chip, scheduler } = makeWorld(SIZE, 512, 1.5);
  display.show({ rows: Array<string>(4).fill("slow") });
  await scheduler.pass(200);
  expect(chip.rows()[3]?.trim()).toBe("slow");
  expect(chip.violations).toEqual([]);
});

test("the npm package lcd holds the event loop no longer than one transaction at a time", async () => {
  const { display, chip, scheduler } = makeWorld(SIZE);
  await scheduler.pass(200);
  let turnMs = scheduler.nowMs();
  let longestMs = 0;
  const tick = (): void => {
    scheduler.after(0.05, () => {
      longestMs = Math.max(longestMs, scheduler.nowMs() - turnMs);
      turnMs = scheduler.nowMs();
      tick();
    });
  };
  tick();
  display.show({ rows: Array<string>(4).fill("x".repeat(20)) });
  await scheduler.pass(50);
  expect(chip.rows()[3]).toBe("x".repeat(20));
  expect(longestMs * 1000).toBeLessThan(MAX_TRANSACTION_US);
});

test("the npm package lcd refuses lines that another program has exported, and takes them when they are free", async () => {
  const { kernel, display, chip, scheduler } = makeWorld(SIZE);
  const codes: unknown[] = [];
  display.onFault((error) => codes.push(error.cause instanceof Error ? error.cause.message : error.code));
  kernel.files.write("/sys/class/gpio/export", String(512 + LINES.e));
  display.show({ rows: ["free"] });
  await scheduler.pass(100);
  expect(codes).toEqual([expect.stringContaining("GPIO8 is exported in sysfs by another program")]);
  kernel.files.write("/sys/class/gpio/unexport", String(512 + LINES.e));
  await scheduler.pass(1000);
  expect(chip.rows()[0]?.trim()).toBe("free");
});

test("the npm package lcd gives its lines back at close, and when opening fails half-way", async () => {
  const { kernel, display, scheduler } = makeWorld(SIZE);
  await scheduler.pass(100);
  expect(kernel.exported).toHaveLength(6);
  kernel.failWith(true);
  display.show({ rows: ["broken"] });
  await scheduler.pass(400);
  expect(kernel.exported).toHaveLength(0);
  kernel.failWith(false);
  await scheduler.pass(2000);
  expect(kernel.exported).toHaveLength(6);
  const closing = display.close();
  await scheduler.pass(10);
  await closing;
  expect(kernel.exported).toEqual([]);
});
