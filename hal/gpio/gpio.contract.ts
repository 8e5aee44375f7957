import { describe, expect, test } from "vitest";
import { bcm, type GpioBank, type GpioEdge, type GpioLineRequest, type Scheduler } from "../ports.ts";
import type { NetBoard } from "../../sim/chips/nets.ts";
import { MAX_OPS_PER_RUN } from "./check-ops.ts";

/** A bank with the nets at the other end of its lines: simulated ones, or those of a kernel that was built for it. */
export interface GpioWorld {
  readonly bank: GpioBank;
  readonly nets: Pick<NetBoard, "levels" | "contention" | "setBoardPull" | "closeSwitch" | "openSwitch">;
  /** `run` lets time pass until this instant, and everything happen that happens until then. */
  readonly scheduler: Scheduler & { run(untilMs: number): Promise<void>; readonly pending?: number };
  /** Makes every operation fail, or work again. */
  readonly breakBank: (broken: boolean) => void;
  /** Where an input's pull comes from: the line itself, or (with sysfs) only a resistor on the board. Lines when left out. */
  readonly pulls?: "line" | "board";
  /** How exactly the time of an edge is known, milliseconds. */
  readonly edgeToleranceMs: number;
  /** False where the kernel has no way to say that setting failed: GPIO chips before Linux 6.17. It has when left out. */
  readonly tellsFailedWrites?: boolean;
}

/** An edge that has not come after so many turns of 10 ms never will. */
const MAX_TURNS = 500;

const output = (line: number, initial = false): GpioLineRequest => ({
  bcm: bcm(line),
  direction: "out",
  drive: "push-pull",
  initial,
});
const openDrain = (line: number, initial = true): GpioLineRequest => ({
  bcm: bcm(line),
  direction: "out",
  drive: "open-drain",
  initial,
});
const input = (
  line: number,
  pull: "up" | "down" | "none" = "up",
  edges: "none" | "both" = "none",
): GpioLineRequest => ({
  bcm: bcm(line),
  direction: "in",
  pull,
  edges,
});

/** What every bank of GPIO lines does. `makeWorld` gets how many lines there are, from GPIO0 on. */
export function describeGpioBank(
  name: string,
  makeWorld: (lines: number) => GpioWorld | Promise<GpioWorld>,
): void {
  /** One less than the header has, so that a bank of a fixed size can lack one line. */
  const ALL = 27;
  const level = (nets: GpioWorld["nets"], net: number) => (nets.levels >> net) & 1;
  /** Opens lines where the board has the pulls that the lines themselves may lack. */
  const openLines = (world: GpioWorld, lines: readonly GpioLineRequest[]) => {
    for (const line of lines) {
      if (line.direction === "in" && world.pulls === "board") world.nets.setBoardPull(line.bcm, line.pull);
    }
    return world.bank.open("test", lines);
  };

  describe(`the GPIO bank ${name}`, () => {
    test("puts outputs at their first level when they open", async () => {
      const world = await makeWorld(ALL);
      const { nets } = world;
      await openLines(world, [output(4, true), output(5, false), openDrain(6, false), input(7, "up")]);
      expect([level(nets, 4), level(nets, 5), level(nets, 6), level(nets, 7)]).toEqual([1, 0, 0, 1]);
    });

    test("writes the masked lines only, and reads every line of the group in its order", async () => {
      const world = await makeWorld(ALL);
      const lines = await openLines(world, [output(9), input(2, "down"), output(8), input(3, "up")]);
      const readings = await lines.run([
        { op: "read" },
        { op: "write", mask: 0b0101, levels: 0b0101 },
        { op: "read" },
        { op: "write", mask: 0b0001, levels: 0b0100 },
        { op: "delayUs", us: 20 },
        { op: "read" },
      ]);
      expect(readings).toEqual([0b1000, 0b1101, 0b1100]);
    });

    test("lets go of an open drain at high, and pulls it low at low", async () => {
      const { bank, nets } = await makeWorld(ALL);
      nets.setBoardPull(6, "up");
      const lines = await bank.open("test", [openDrain(6)]);
      await bank.open("the other end", [output(10, false)]);
      nets.closeSwitch(6, 10);
      expect(await lines.run([{ op: "read" }])).toEqual([0]);
      nets.openSwitch(6, 10);
      expect(await lines.run([{ op: "read" }, { op: "write", mask: 1, levels: 0 }, { op: "read" }])).toEqual([
        1, 0,
      ]);
      expect(nets.contention).toBe(0);
    });

    test("takes time for a delay", async () => {
      const { bank, scheduler } = await makeWorld(ALL);
      const lines = await bank.open("test", [output(4)]);
      const nowNs = () => Math.round(scheduler.nowMs() * 1e6);
      const beforeNs = nowNs();
      await lines.run([{ op: "delayUs", us: 40 }]);
      expect(nowNs() - beforeNs).toBeGreaterThanOrEqual(40_000);
    });

    test("refuses a line that is held, opens none of its group then, and frees lines at close", async () => {
      const { bank, nets } = await makeWorld(ALL);
      const first = await bank.open("first", [output(4, true)]);
      await expect(bank.open("second", [output(5, true), output(4)])).rejects.toMatchObject({
        code: "hal.gpio.busy",
      });
      expect(level(nets, 5)).toBe(0);
      await expect(bank.open("third", [input(5)])).resolves.toBeDefined();
      await first.close();
      await first.close();
      await expect(bank.open("second", [output(4)])).resolves.toBeDefined();
    });

    test("refuses the same line twice in one group", async () => {
      const { bank } = await makeWorld(ALL);
      await expect(bank.open("test", [input(4), input(4)])).rejects.toMatchObject({ code: "hal.gpio.busy" });
    });

    test("refuses a line that is not there, and a group without lines", async () => {
      const { bank } = await makeWorld(ALL);
      await expect(bank.open("test", [input(ALL)])).rejects.toMatchObject({ code: "hal.gpio.absent" });
      await expect(bank.open("test", [])).rejects.toMatchObject({ code: "hal.gpio.io" });
    });

    test("makes outputs inputs at close", async () => {
      const { bank, nets } = await makeWorld(ALL);
      nets.setBoardPull(4, "down");
      const lines = await bank.open("test", [output(4, true)]);
      expect(level(nets, 4)).toBe(1);
      await lines.close();
      expect(level(nets, 4)).toBe(0);
      await expect(lines.run([{ op: "read" }])).rejects.toMatchObject({ code: "hal.gpio.closed" });
    });

    test("refuses a transaction beyond its limits before anything of it has happened", async () => {
      const { bank, nets } = await makeWorld(ALL);
      const lines = await bank.open("test", [output(4)]);
      const tooMany = Array.from({ length: MAX_OPS_PER_RUN }, () => ({ op: "read" }) as const);
      await expect(lines.run([{ op: "write", mask: 1, levels: 1 }, ...tooMany])).rejects.toThrow(RangeError);
      await expect(
        lines.run([
          { op: "write", mask: 1, levels: 1 },
          { op: "delayUs", us: 51 },
        ]),
      ).rejects.toThrow(RangeError);
      expect(level(nets, 4)).toBe(0);
    });

    test("reports edges of the lines that asked for them, in order, with their direction and time", async () => {
      const world = await makeWorld(ALL);
      const { nets, scheduler, edgeToleranceMs } = world;
      const lines = await openLines(world, [
        openDrain(2, false),
        input(3, "up", "both"),
        input(4, "up", "none"),
      ]);
      const edges: GpioEdge[] = [];
      lines.onEdge((edge) => edges.push(edge));
      const movedAtMs: number[] = [];
      const after = (delayMs: number, move: () => void) =>
        scheduler.after(delayMs, () => {
          movedAtMs.push(scheduler.nowMs());
          move();
        });
      /** Files of sysfs tell that something has changed, and not how often: each edge is heard before the next is made. */
      const heard = async (count: number) => {
        for (let turn = 0; turn < MAX_TURNS && edges.length < count; turn++) {
          await scheduler.run(scheduler.nowMs() + 10);
        }
      };
      after(5, () => nets.closeSwitch(2, 3));
      await heard(1);
      nets.closeSwitch(2, 4);
      after(7.5, () => nets.openSwitch(2, 3));
      await heard(2);
      await scheduler.run(scheduler.nowMs() + 10);
      expect(edges.map(({ line, rising }) => [line, rising])).toEqual([
        [1, false],
        [1, true],
      ]);
      const offMs = edges.map(({ atMs }, index) => Math.abs(atMs - (movedAtMs[index] ?? 0)));
      expect(Math.max(...offMs)).toBeLessThanOrEqual(edgeToleranceMs);
    });

    test("reports edges to the newest listener only, and none that came while nobody listened", async () => {
      const world = await makeWorld(ALL);
      const { nets, scheduler } = world;
      const pass = () => scheduler.run(scheduler.nowMs() + 10);
      const lines = await openLines(world, [openDrain(2, false), input(3, "up", "both")]);
      const seen: string[] = [];
      nets.closeSwitch(2, 3);
      await pass();
      lines.onEdge(() => seen.push("first"));
      lines.onEdge((edge) => seen.push(edge.rising ? "second rising" : "second falling"));
      await pass();
      nets.openSwitch(2, 3);
      await pass();
      lines.onEdge(null);
      for (let count = 0; count < 200; count++) {
        nets.closeSwitch(2, 3);
        nets.openSwitch(2, 3);
      }
      await pass();
      lines.onEdge(() => seen.push("third"));
      await pass();
      expect(seen).toEqual(["second rising"]);
      nets.closeSwitch(2, 3);
      await pass();
      expect(seen).toEqual(["second rising", "third"]);
      expect(scheduler.pending ?? 0).toBe(0);
    });

    test("reports no edge after close", async () => {
      const world = await makeWorld(ALL);
      const { nets, scheduler } = world;
      const lines = await openLines(world, [openDrain(2, false), input(3, "up", "both")]);
      let count = 0;
      lines.onEdge(() => count++);
      await lines.close();
      lines.onEdge(() => count++);
      nets.closeSwitch(2, 3);
      await scheduler.run(scheduler.nowMs() + 10);
      expect(count).toBe(0);
    });

    test("fails with hal.gpio.io while the hardware refuses, and works again after", async () => {
      const { bank, breakBank, tellsFailedWrites = true } = await makeWorld(ALL);
      const lines = await bank.open("test", [output(4)]);
      breakBank(true);
      await expect(lines.run([{ op: "read" }])).rejects.toMatchObject({ code: "hal.gpio.io" });
      const written = lines.run([{ op: "write", mask: 1, levels: 1 }]);
      if (tellsFailedWrites) await expect(written).rejects.toMatchObject({ code: "hal.gpio.io" });
      else await written;
      await expect(bank.open("test", [output(5)])).rejects.toMatchObject({ code: "hal.gpio.io" });
      await expect(lines.close()).resolves.toBeUndefined();
      breakBank(false);
      await expect(bank.open("test", [output(4)])).resolves.toBeDefined();
    });
  });
}
