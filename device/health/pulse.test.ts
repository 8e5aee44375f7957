import pino from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import { PROBE_LIMIT_MS } from "../../hal/ports.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { ScriptedPart } from "../testing/scripted-part.ts";
import { PART_SILENT, PartFaults, type PartName } from "./part-faults.ts";
import { Pulse, PULSE_MS, type ProbeResult } from "./pulse.ts";

/** 20 s past a minute. */
const BEGAN_MS = 1_795_496_520_000 + 20_000;

let scheduler: VirtualScheduler;
let display: ScriptedPart;
let keypad: ScriptedPart;
let faults: PartFaults;
let pulse: Pulse;
let results: (readonly ProbeResult[])[];
let beatsMs: number[];
let clockStepMs: number;

beforeEach(() => {
  scheduler = new VirtualScheduler();
  display = new ScriptedPart();
  keypad = new ScriptedPart();
  const parts = new Map<PartName, ScriptedPart>([
    ["display", display],
    ["keypad", keypad],
  ]);
  faults = new PartFaults(parts, pino({ level: "silent" }));
  clockStepMs = 0;
  const wallClock = { wallMs: () => Math.floor(BEGAN_MS + clockStepMs + scheduler.nowMs()) };
  pulse = new Pulse({ parts, faults, scheduler, wallClock });
  results = [];
  beatsMs = [];
  pulse.onResults((all) => results.push(all));
  pulse.onBeat(() => beatsMs.push(wallClock.wallMs()));
  pulse.start();
});

const outcomes = (): string[] => (results.at(-1) ?? []).map(({ part, outcome }) => `${part} ${outcome}`);

describe("the pulse", () => {
  test("beats on the clock's minutes and half minutes, and asks every part each time", async () => {
    await scheduler.pass(95_000);
    expect(beatsMs.map((wallMs) => wallMs % PULSE_MS)).toEqual([0, 0, 0]);
    expect(beatsMs.map((wallMs) => wallMs - BEGAN_MS)).toEqual([10_000, 40_000, 70_000]);
    expect([display.probes, keypad.probes]).toEqual([3, 3]);
    expect(outcomes()).toEqual(["display answered", "keypad answered"]);
  });

  test("finds the minute again after the clock was set", async () => {
    await scheduler.pass(15_000);
    clockStepMs = 7_000;
    await scheduler.pass(60_000);
    expect(beatsMs.at(-1)).toBe(BEGAN_MS + 70_000);
  });

  test("tells a reported fault with its code", async () => {
    display.fail("hal.display.io");
    await scheduler.pass(PULSE_MS);
    expect(results).toEqual([
      [
        { part: "display", outcome: "failed", code: "hal.display.io" },
        { part: "keypad", outcome: "answered" },
      ],
    ]);
  });

  test("takes a part that does not answer in time for failed, once, until it answers", async () => {
    const told: (string | null)[] = [];
    faults.onChange((_part, code) => told.push(code));
    keypad.hang();
    await scheduler.pass(10_000 + PROBE_LIMIT_MS - 1);
    expect(results).toEqual([]);
    await scheduler.pass(1);
    expect(outcomes()).toEqual(["display answered", "keypad silent"]);
    await scheduler.pass(3 * PULSE_MS);
    expect(outcomes()).toEqual(["display answered", "keypad silent"]);
    expect([keypad.probes, display.probes]).toEqual([1, 4]);
    expect(told).toEqual([PART_SILENT]);
    keypad.answer();
    await scheduler.pass(1);
    expect(told).toEqual([PART_SILENT, null]);
    await scheduler.pass(PULSE_MS);
    expect(outcomes()).toEqual(["display answered", "keypad answered"]);
  });

  test("has one timer while it waits, and none once it is stopped", async () => {
    await scheduler.pass(PULSE_MS);
    expect(scheduler.pending).toBe(1);
    keypad.hang();
    await scheduler.pass(11_000);
    pulse.stop();
    expect(scheduler.pending).toBe(0);
    keypad.answer();
    await scheduler.pass(5 * PULSE_MS);
    expect(results).toHaveLength(1);
  });
});
