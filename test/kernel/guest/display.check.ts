import { describe, expect, onTestFinished, test } from "vitest";
import { Gpio4Bus } from "../../../hal/lcd/bus-gpio4.ts";
import { Hd44780Display } from "../../../hal/lcd/hd44780.ts";
import { bcm } from "../../../hal/ports.ts";
import { Hd44780 } from "../../../sim/chips/hd44780.ts";
import { NetBoard } from "../../../sim/chips/nets.ts";
import { BACK_ENDS, bankForTest, BASE } from "./banks.ts";
import { tell } from "./bench.ts";
import { realTime } from "./real-time.ts";
import { endGpioTrace, startGpioTrace, type LineEvent } from "./trace.ts";

const PINS = { rs: 7, e: 8, d4: 25, d5: 24, d6: 23, d7: 18 };
const SIZE = { columns: 20, rows: 4 };

/** The controller that the kernel's line writes would have driven: each is shown to it at its own time. */
function chipDrivenBy(events: readonly LineEvent[], poweredMs: number): Hd44780 {
  let nowMs = poweredMs;
  const nets = new NetBoard();
  for (const net of Object.values(PINS)) nets.setOutput(net, "push-pull", false);
  const chip = new Hd44780({ nets, pins: PINS, size: SIZE, nowMs: () => nowMs });
  for (const { number, high, atMs } of events) {
    nowMs = atMs;
    const bit = 1 << (number - BASE);
    nets.write(bit, high ? bit : 0);
  }
  return chip;
}

describe.each(BACK_ENDS)(`a display on the lines of $name, base ${BASE}`, (backEnd) => {
  test("is sent its text by the book, as the kernel's trace has it", async () => {
    tell("reset");
    const poweredMs = realTime.nowMs();
    startGpioTrace();
    const display = new Hd44780Display({
      bus: new Gpio4Bus(await bankForTest(backEnd), {
        rs: bcm(PINS.rs),
        e: bcm(PINS.e),
        data: [bcm(PINS.d4), bcm(PINS.d5), bcm(PINS.d6), bcm(PINS.d7)],
      }),
      scheduler: realTime,
      size: SIZE,
    });
    onTestFinished(() => display.close());
    const health: string[] = [];
    display.onFault((error) => health.push(error.code));
    display.show({ rows: ["Westside Bar", "Müller", "PIN: ____", "12:34"] });
    await display.settled();
    display.show({ rows: ["Westside Bar", "Müller", "PIN: *___", "12:35"] });
    await display.settled();
    const chip = chipDrivenBy(endGpioTrace(), poweredMs);
    expect(chip.rows().map((row) => row.trimEnd())).toEqual(["Westside Bar", "Müller", "PIN: *___", "12:35"]);
    expect(chip.violations).toEqual([]);
    expect(health).toEqual([]);
  });
});
