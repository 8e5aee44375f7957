import { describe, expect, test } from "vitest";
import { SerLcd } from "../../sim/chips/serlcd.ts";
import { SimulatedSerialPorts } from "../../sim/chips/serial-wire.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import type { DisplaySize } from "../ports.ts";
import { describeCharacterDisplay, textOf } from "./display.contract.ts";
import { openSerLcd } from "./serlcd.ts";

const PATH = "/dev/ttyAMA0";
const SIZE: DisplaySize = { columns: 20, rows: 4 };
const LONG_AGO_MS = -60_000;
/** Eight new glyphs at 0.2 s each, and the text around them. */
const FRAME_MS = 3000;

interface WorldOptions {
  readonly size?: DisplaySize;
  /** Module and driver get power at the same instant. */
  readonly cold?: boolean;
  readonly baudRate?: number;
  readonly contrast?: number;
}

function makeWorld({ size = SIZE, cold = false, baudRate = 9600, contrast }: WorldOptions = {}) {
  const scheduler = new VirtualScheduler();
  const ports = new SimulatedSerialPorts(scheduler);
  const chip = new SerLcd({ scheduler, size, running: !cold });
  const socket = ports.attach(PATH, chip);
  const plan = { driver: "serlcd", size, path: PATH, baudRate, contrast } as const;
  const since = cold ? {} : { poweredSinceMs: LONG_AGO_MS };
  const display = openSerLcd({ plan, serial: ports, scheduler, ...since });
  const breakWires = (broken: boolean) => (broken ? socket.unplug() : socket.plug());
  const lit = () => chip.settings.light.red > 0;
  const pass = (ms: number) => scheduler.pass(ms);
  return { scheduler, display, chip, lit, breakWires, socket, pass, frameMs: FRAME_MS };
}

/** Within the second of two glyphs, after the text. */
const BYTE_OF_A_GLYPH = 80;

describeCharacterDisplay("a SerLCD", (size) => ({ ...makeWorld({ size }), dropNth: BYTE_OF_A_GLYPH }), [
  [16, 2],
  [20, 2],
  [16, 4],
]);

describe("a SerLCD", () => {
  test("shows its first frame though it was deaf and splashing when that was sent", async () => {
    const { display, chip, pass, scheduler } = makeWorld({ cold: true });
    display.show({ rows: ["Ana Kovač", "", "", "06:02"] });
    let settledMs = 0;
    void display.settled().then(() => (settledMs = scheduler.nowMs()));
    await pass(700);
    expect(chip.rows()[0]).toContain("SparkFun");
    await pass(FRAME_MS);
    expect(textOf(chip)).toEqual(["Ana Kovač", "", "", "06:02"].map((row) => row.padEnd(20)));
    expect(settledMs).toBeGreaterThan(1000);
  });
});
