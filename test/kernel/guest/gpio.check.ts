import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeGpioBank } from "../../../hal/gpio/gpio.contract.ts";
import { openRpiGpio } from "../../../hal/gpio/rpi-gpio.ts";
import { bcm, type GpioLineRequest } from "../../../hal/ports.ts";
import { BACK_ENDS, bankForTest, BASE, GPIOCHIP, ONOFF } from "./banks.ts";
import { contention, levels, tell } from "./bench.ts";
import { realTime } from "./real-time.ts";

/** An emulated machine that others load too; what it shows is that edges are on the scheduler's time line. */
const EDGE_TOLERANCE_MS = 1_000;
const HOLDER = fileURLToPath(new URL("child/hold-line.ts", import.meta.url));

for (const backEnd of BACK_ENDS) {
  describeGpioBank(`${backEnd.name} on a real kernel, base ${BASE}`, async () => {
    tell("reset");
    return {
      bank: await bankForTest(backEnd),
      nets: {
        get levels() {
          return levels();
        },
        get contention() {
          return contention();
        },
        setBoardPull: (net, pull) => tell(`pull-${pull} ${net}`),
        closeSwitch: (one, other) => tell(`close ${one} ${other}`),
        openSwitch: (one, other) => tell(`open ${one} ${other}`),
      },
      scheduler: realTime,
      breakBank: (broken) => tell(`fail ${broken ? 1 : 0}`),
      pulls: backEnd.pulls,
      edgeToleranceMs: EDGE_TOLERANCE_MS,
      tellsFailedWrites: false,
    };
  });
}

const LINE: GpioLineRequest = { bcm: bcm(4), direction: "out", drive: "push-pull", initial: true };

describe("lines of a real kernel", () => {
  test.each([GPIOCHIP, ONOFF])(
    "that another process holds through $name are busy, and free once it is killed",
    async (backEnd) => {
      const bank = await bankForTest(backEnd);
      const holder = spawn(process.execPath, [HOLDER, backEnd.name, String(LINE.bcm)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      onTestFinished(() => void holder.kill("SIGKILL"));
      await once(holder.stdout, "data");
      expect((levels() >> LINE.bcm) & 1).toBe(1);
      await expect(bank.open("second", [LINE])).rejects.toMatchObject({ code: "hal.gpio.busy" });
      holder.kill("SIGKILL");
      await once(holder, "exit");
      const lines = await bank.open("second", [LINE]);
      expect(await lines.run([{ op: "read" }])).toEqual([1]);
    },
  );

  test("are held against the other way to reach them, which says so", async () => {
    const byChip = await bankForTest(GPIOCHIP);
    const bySysfs = await bankForTest(ONOFF);
    const lines = await byChip.open("punchbox keypad", [LINE]);
    await expect(bySysfs.open("second", [LINE])).rejects.toMatchObject({ code: "hal.gpio.busy" });
    await lines.close();
    const exported = await bySysfs.open("second", [LINE]);
    await expect(byChip.open("third", [LINE])).rejects.toMatchObject({
      code: "hal.gpio.busy",
      message: expect.stringContaining('GPIO4 is in use by "sysfs"') as string,
    });
    await exported.close();
  });

  if (BASE !== 0) {
    test("are out of reach for rpi-gpio where they do not begin at 0, and it says what to use", async () => {
      await expect(openRpiGpio(realTime)).rejects.toMatchObject({
        code: "hal.gpio.unsupported",
        message: expect.stringMatching(/begin at 512: use gpiochip or onoff/) as string,
      });
    });
  }
});
