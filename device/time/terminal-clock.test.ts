import { Writable } from "node:stream";
import pino from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import type { EventDraft } from "../../protocol/events.ts";
import { HalError } from "../../hal/errors.ts";
import { MachineClock, type MachineClockOptions } from "../../sim/chips/machine-clock.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { TerminalClock } from "./terminal-clock.ts";

const BEGAN_MS = Date.UTC(2026, 10, 24, 5);
const FIRST_LIFE = { hasEvents: false, clock: null } as const;

let world: VirtualScheduler;
let machine: MachineClock;
let clock: TerminalClock;
let recorded: EventDraft[];
let logged: string[];
let isLedgerFull: boolean;
let changes: number;

const record = (draft: EventDraft): Promise<void> => {
  if (isLedgerFull) return Promise.reject(Object.assign(new Error("full"), { code: "store.full" }));
  recorded.push(draft);
  return Promise.resolve();
};

function begin(options: Partial<MachineClockOptions> = {}): void {
  machine = new MachineClock({
    scheduler: world,
    trueWallMs: () => BEGAN_MS + world.nowMs(),
    ntp: false,
    ...options,
  });
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged.push((JSON.parse(String(chunk)) as { readonly code: string }).code);
      done();
    },
  });
  const { scheduler, wallClock } = machine;
  clock = new TerminalClock({ scheduler, wallClock, log: pino(stream) });
  clock.onChange(() => (changes += 1));
}

beforeEach(() => {
  world = new VirtualScheduler();
  [recorded, logged, isLedgerFull, changes] = [[], [], false, 0];
});

async function hubSays(afterMs: number): Promise<void> {
  await world.pass(afterMs);
  const hubTimeMs = BEGAN_MS + world.nowMs();
  clock.told({ hubTimeMs, monotonicMs: machine.scheduler.nowMs(), roundTripMs: 0 });
  await world.pass(1);
}

describe("a terminal's clock", () => {
  test("that NTP keeps needs no event, and one as soon as an event of this boot says less than that", async () => {
    begin({ ntp: true });
    clock.open(machine.system(), FIRST_LIFE, record);
    clock.recorded("set");
    await world.pass(1);
    expect(recorded).toEqual([]);
    clock.recorded("unset");
    await world.pass(1);
    expect(recorded).toMatchObject([
      { kind: "clock.synced", payload: { source: "ntp", offsetMs: BEGAN_MS } },
    ]);
  });

  test("that NTP keeps tells so for events of an earlier life, of which nothing is known", async () => {
    begin({ ntp: true });
    clock.open(machine.system(), { hasEvents: true, clock: null }, record);
    await world.pass(1);
    expect(recorded).toHaveLength(1);
  });

  test("goes on with what an earlier life in this boot knew, and does not tell it again", async () => {
    begin();
    await world.pass(1_000);
    const known = { offsetMs: BEGAN_MS, errorMs: 20, source: "hub" } as const;
    clock.open(machine.system(), { hasEvents: true, clock: known }, record);
    await world.pass(1);
    expect(clock.now()).toMatchObject({ isKnown: true, wallMs: BEGAN_MS + 1_001 });
    expect(clock.raw().clock).toBe("unset");
    expect(recorded).toEqual([]);
  });

  test("is recorded with the next pulse when the ledger refused it, once", async () => {
    begin();
    clock.open(machine.system(), FIRST_LIFE, record);
    isLedgerFull = true;
    await hubSays(5_000);
    expect(recorded).toEqual([]);
    isLedgerFull = false;
    clock.beat();
    await world.pass(1);
    clock.beat();
    await world.pass(1);
    expect(recorded).toMatchObject([{ kind: "clock.synced", payload: { source: "hub" } }]);
  });

  test("redraws the screen when the time becomes known", async () => {
    begin();
    clock.open(machine.system(), FIRST_LIFE, record);
    expect([clock.now().isKnown, changes]).toEqual([false, 0]);
    await hubSays(5_000);
    expect([clock.now().isKnown, changes]).toEqual([true, 1]);
  });

  test("asks the kernel at once when the wall clock has stepped, and says so in the log once", async () => {
    begin({ ntp: true });
    clock.open(machine.system(), FIRST_LIFE, record);
    await world.pass(1_000);
    machine.step(3_600_000);
    expect(clock.raw().clock).toBe("unset");
    expect(clock.now()).toMatchObject({ isKnown: true, wallMs: BEGAN_MS + 1_000 });
    expect(logged.filter((code) => code === "clock.stepped")).toHaveLength(1);
  });

  test("is taken for kept by somebody where the kernel does not answer, which is logged once", async () => {
    begin({ bootsAtMs: BEGAN_MS });
    const mute = {
      kernel: () => {
        throw new HalError("hal.clock.io", "this machine has no adjtimex");
      },
      setByRtc: () => false,
    };
    clock.open(mute, FIRST_LIFE, record);
    clock.beat();
    await world.pass(1);
    expect(clock.raw().clock).toBe("holding");
    expect(logged.filter((code) => code === "hal.clock.io")).toHaveLength(1);
  });

  test("has no timer", async () => {
    begin();
    clock.open(machine.system(), FIRST_LIFE, record);
    await hubSays(5_000);
    expect(world.pending).toBe(0);
  });
});
