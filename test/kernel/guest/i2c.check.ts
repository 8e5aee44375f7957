import { describe, expect, onTestFinished, test } from "vitest";
import { describeI2cBus } from "../../../hal/i2c/i2c.contract.ts";
import { openI2c } from "../../../hal/i2c/linux-i2c.ts";
import { Pcf8574Bus } from "../../../hal/lcd/bus-pcf8574.ts";
import { Hd44780Display } from "../../../hal/lcd/hd44780.ts";
import type { I2cBus } from "../../../hal/ports.ts";
import { Hd44780 } from "../../../sim/chips/hd44780.ts";
import { Pcf8574 } from "../../../sim/chips/pcf8574.ts";
import { i2cTransactions, tell } from "./bench.ts";
import { benchBusNumber } from "./i2c-bus.ts";
import { realTime } from "./real-time.ts";
import { until } from "./real-time-waits.ts";

const ADDRESS = 0x27;
const CLOCK_HZ = 100_000;
const SIZE = { columns: 20, rows: 4 };
/** Eight bits and the acknowledge. */
const BYTE_MS = 9_000 / CLOCK_HZ;

async function openBench(): Promise<I2cBus> {
  tell("reset");
  const bus = await openI2c(benchBusNumber(), realTime);
  onTestFinished(() => bus.close());
  return bus;
}

describeI2cBus("of a real kernel, through i2c-bus", async () => ({
  bus: await openBench(),
  scheduler: realTime,
  address: ADDRESS,
  received: () => i2cTransactions().flatMap(({ kind, bytes }) => (kind === "written" ? bytes : [])),
  unplug: (unplugged) => tell(`i2c-plug ${unplugged ? 0 : 1}`),
}));

/** A display on the bench's expander. The chip that it drives is a model, which is shown every byte at its own time. */
async function displayOnBench() {
  const i2c = await openBench();
  let atMs = realTime.nowMs();
  const expander = new Pcf8574(() => atMs);
  const chip = new Hd44780({
    nets: expander.nets,
    pins: expander.displayPins,
    size: SIZE,
    nowMs: expander.nowMs,
  });
  const display = new Hd44780Display({
    bus: new Pcf8574Bus({ i2c, address: ADDRESS, clockHz: CLOCK_HZ }),
    scheduler: realTime,
    size: SIZE,
  });
  onTestFinished(() => display.close());
  const health: string[] = [];
  display.onFault((error) => health.push(error.code));
  display.onRecovered(() => health.push("recovered"));
  let replayed = 0;
  const rows = (): string[] => {
    const transactions = i2cTransactions();
    for (const { kind, startMs, bytes } of transactions.slice(replayed)) {
      if (kind === "read") continue;
      for (const [index, byte] of bytes.entries()) {
        atMs = startMs + (index + 2) * BYTE_MS;
        expander.receive(byte, atMs);
      }
    }
    replayed = transactions.length;
    return chip.rows().map((row) => row.trimEnd());
  };
  const shows = (first: string) => until(() => rows()[0] === first);
  return { display, chip, health, rows, shows, expander };
}

describe("a display behind the I2C bus of a real kernel", () => {
  test("shows its text, and a change of it, without a broken rule of the datasheet", async () => {
    const { display, chip, rows } = await displayOnBench();
    display.show({ rows: ["PIN ____", "Müller", "three", "four"] });
    await display.settled();
    expect(rows()).toEqual(["PIN ____", "Müller", "three", "four"]);
    const before = i2cTransactions().length;
    display.show({ rows: ["PIN *___", "Müller", "three", "four"] });
    await display.settled();
    expect(rows()[0]).toBe("PIN *___");
    expect(i2cTransactions().slice(before)).toHaveLength(1);
    expect(chip.violationCount).toBe(0);
  });

  test("that does not acknowledge once, in the middle of a transaction, is in step again and painted in full", async () => {
    const { display, health, rows, shows } = await displayOnBench();
    display.show({ rows: ["before", "stays"] });
    await display.settled();
    tell("i2c-nak 1 7");
    display.show({ rows: ["after", "stays"] });
    await shows("after");
    await until(() => health.length > 1);
    expect(rows()).toEqual(["after", "stays", "", ""]);
    expect(health).toEqual(["hal.display.io", "recovered"]);
  });

  test("that is pulled out is reported once, and painted in full when it comes back without memory", async () => {
    const { display, chip, health, rows, shows, expander } = await displayOnBench();
    display.show({ rows: ["before", "other"] });
    await display.settled();
    expect(rows()[0]).toBe("before");
    tell("i2c-plug 0");
    await display.probe();
    await until(() => health.length > 0);
    display.show({ rows: ["while it was away", "other"] });
    chip.setPower(false);
    chip.setPower(true);
    expander.losePower();
    tell("i2c-plug 1");
    await shows("while it was away");
    await until(() => health.length > 1);
    expect(rows()).toEqual(["while it was away", "other", "", ""]);
    expect(health).toEqual(["hal.display.io", "recovered"]);
  });
});
