import { describe, expect, onTestFinished, test } from "vitest";
import { Gpio4Bus } from "../../../hal/lcd/bus-gpio4.ts";
import { Hd44780Display } from "../../../hal/lcd/hd44780.ts";
import { openNpmLcd } from "../../../hal/lcd/npm-lcd.ts";
import { bcm, type CharacterDisplay } from "../../../hal/ports.ts";
import { Hd44780 } from "../../../sim/chips/hd44780.ts";
import { NetBoard } from "../../../sim/chips/nets.ts";
import { BACK_ENDS, bankForTest, BASE } from "./banks.ts";
import { tell } from "./bench.ts";
import { realTime } from "./real-time.ts";
import { until } from "./real-time-waits.ts";
import { endGpioTrace, startGpioTrace, type LineEvent } from "./trace.ts";

const PINS = { rs: 7, e: 8, d4: 25, d5: 24, d6: 23, d7: 18 };
const WIRES = {
  rs: bcm(PINS.rs),
  e: bcm(PINS.e),
  data: [bcm(PINS.d4), bcm(PINS.d5), bcm(PINS.d6), bcm(PINS.d7)],
} as const;
const SIZE = { columns: 20, rows: 4 };
const TEXT = ["Westside Bar", "Müller", "PIN: ____", "12:34"];
const LATER_TEXT = ["Westside Bar", "Müller", "PIN: *___", "12:35"];

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

/** Paints two frames with the kernel's trace on; what the glass shows then, and which rules were broken. */
async function traced(open: () => Promise<CharacterDisplay>) {
  tell("reset");
  const poweredMs = realTime.nowMs();
  startGpioTrace();
  const display = await open();
  onTestFinished(() => display.close());
  let faults = 0;
  let recoveries = 0;
  display.onFault(() => faults++);
  display.onRecovered(() => recoveries++);
  // In a machine that is emulated among others, a call may take longer than the display has patience; it then begins again.
  const painted = async () => {
    await display.settled();
    await until(() => recoveries === faults);
    await display.settled();
  };
  display.show({ rows: TEXT });
  await painted();
  display.show({ rows: LATER_TEXT });
  await painted();
  const chip = chipDrivenBy(endGpioTrace(), poweredMs);
  return { rows: chip.rows().map((row) => row.trimEnd()), violations: chip.violations };
}

describe("a display on the lines of a real kernel", () => {
  test.each(BACK_ENDS)(`is sent its text by the book through $name, base ${BASE}`, async (backEnd) => {
    const { rows, violations } = await traced(async () => {
      const bus = new Gpio4Bus(await bankForTest(backEnd), WIRES);
      return new Hd44780Display({ bus, scheduler: realTime, size: SIZE });
    });
    expect(rows).toEqual(LATER_TEXT);
    expect(violations).toEqual([]);
  });

  test(`is sent its text by the book through the npm package lcd, base ${BASE}`, async () => {
    const { rows, violations } = await traced(() =>
      Promise.resolve(
        openNpmLcd({
          plan: { driver: "npm-lcd", size: SIZE, rom: "A00", ...WIRES },
          scheduler: realTime,
        }),
      ),
    );
    expect(rows).toEqual(LATER_TEXT);
    expect(violations).toEqual([]);
  });
});
