import { expect, test } from "vitest";
import { MatrixOrbital } from "../../sim/chips/serlcd-matrix-orbital.ts";
import { SimulatedSerialPorts } from "../../sim/chips/serial-wire.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import type { DisplaySize } from "../ports.ts";
import { describeCharacterDisplay, textOf } from "./display.contract.ts";
import { RESYNC_INTERVAL_MS, SerialDisplay } from "./serlcd.ts";
import { MATRIX_ORBITAL } from "./serlcd-matrix-orbital.ts";

const PATH = "/dev/ttyUSB0";
const LONG_AGO_MS = -60_000;
/** Text, and eight glyphs of 11 bytes each when it is quiet. */
const FRAME_MS = 1000;
/** Within the second of two glyphs, after the text. */
const BYTE_OF_A_GLYPH = 88;

function makeWorld(size: DisplaySize, contrast?: number) {
  const scheduler = new VirtualScheduler();
  const ports = new SimulatedSerialPorts(scheduler);
  const chip = new MatrixOrbital(size, scheduler);
  const socket = ports.attach(PATH, chip);
  const plan = { driver: "serlcd", size, path: PATH, baudRate: 9600, contrast } as const;
  const options = { plan, serial: ports, scheduler, poweredSinceMs: LONG_AGO_MS };
  const display = new SerialDisplay({ ...options, commands: MATRIX_ORBITAL });
  const breakWires = (broken: boolean) => (broken ? socket.unplug() : socket.plug());
  return {
    scheduler,
    display,
    chip,
    lit: () => chip.lit,
    breakWires,
    frameMs: FRAME_MS,
    dropNth: BYTE_OF_A_GLYPH,
  };
}

describeCharacterDisplay("another make of serial module", makeWorld, [[16, 2]]);

test("a module with another command set is dimmed and its contrast set like the first", async () => {
  const { display, chip, scheduler } = makeWorld({ columns: 20, rows: 4 }, 200);
  display.show({ rows: ["06:02"] });
  display.backlight("dim");
  await scheduler.pass(FRAME_MS);
  expect([chip.lit, chip.brightness, chip.contrast]).toEqual([true, 40, 200]);
  expect(textOf(chip)[0]?.trim()).toBe("06:02");
});

test("a module that forgets its glyphs without power gets them again with the next resync", async () => {
  const { display, chip, scheduler } = makeWorld({ columns: 20, rows: 4 });
  display.show({ rows: ["Ana Kovač"] });
  await scheduler.pass(5 * RESYNC_INTERVAL_MS);
  chip.setPower(false);
  chip.setPower(true);
  await scheduler.pass(RESYNC_INTERVAL_MS + FRAME_MS);
  expect(textOf(chip)[0]?.trim()).toBe("Ana Kovač");
});
