import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SimulatedSysfsPwm, type SimulatedSysfsPwmOptions } from "../../sim/chips/sysfs-pwm.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { HalError } from "../errors.ts";
import { bcm } from "../ports.ts";
import { LinuxPwm } from "./linux-pwm.ts";
import { overlayFor } from "./pwm-units.ts";

function makeWorld(options: Omit<SimulatedSysfsPwmOptions, "scheduler"> = {}) {
  const scheduler = new VirtualScheduler();
  const unit = new SimulatedSysfsPwm({ scheduler, ...options });
  const claimed = new Set<string>();
  const claims = {
    abandoned: (what: string) => claimed.has(what),
    add: (what: string) => claimed.add(what),
    remove: (what: string) => claimed.delete(what),
  };
  return { scheduler, unit, claims, claimed, pwm: new LinuxPwm({ scheduler, files: unit.files, claims }) };
}

const problem = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "none",
    (error: unknown) => (error instanceof HalError ? `${error.code}: ${error.message}` : String(error)),
  );

describe("Linux's PWM", () => {
  test.each([
    ["3f20c000.pwm", 2, [0, 1, 0, 1]],
    ["fe20c000.pwm", 2, [0, 1, 0, 1]],
    ["1f00098000.pwm", 4, [0, 1, 2, 3]],
  ])("of %s drives GPIO12, 13, 18 and 19 by its own channels", async (device, channels, expected) => {
    for (const [index, line] of [12, 13, 18, 19].entries()) {
      const { unit, pwm } = makeWorld({ device, channels });
      await (await pwm.open(bcm(line))).set(2_000, 0.25);
      expect(unit.exported).toEqual([expected[index]]);
      expect(unit.wave(expected[index] ?? -1)).toEqual({ frequencyHz: 2_000, share: 0.25 });
    }
  });

  test("changes between any two waves without the kernel refusing a step", async () => {
    const wave = fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(fc.array(wave, { minLength: 1, maxLength: 6 }), async (waves) => {
        const { unit, pwm } = makeWorld();
        const output = await pwm.open(bcm(18));
        for (const [frequencyHz, share] of waves) {
          await output.set(frequencyHz, share);
          expect(unit.wave(0)?.frequencyHz).toBeCloseTo(1e9 / Math.round(1e9 / frequencyHz), 6);
          expect(unit.wave(0)?.share).toBeCloseTo(share, 3);
        }
      }),
    );
  });

  test("refuses frequencies and shares that make no wave", async () => {
    const output = await makeWorld().pwm.open(bcm(18));
    for (const [frequencyHz, share] of [
      [0, 0.5],
      [Number.NaN, 0.5],
      [200_000, 0.5],
      [440, 1.1],
      [440, -0.1],
    ] as const) {
      await expect(output.set(frequencyHz, share)).rejects.toThrow(RangeError);
    }
  });

  test("is off and free after close, also one that never was on", async () => {
    const { unit, pwm, claimed } = makeWorld();
    const output = await pwm.open(bcm(18));
    await output.set(440, 0.5);
    expect(claimed).toEqual(new Set(["pwmchip0-0"]));
    await output.close();
    await output.close();
    expect(unit.wave(0)).toBeNull();
    expect([unit.exported, claimed.size]).toEqual([[], 0]);
    await (await pwm.open(bcm(19))).close();
    expect(unit.exported).toEqual([]);
    await expect(output.set(440, 0.5)).rejects.toMatchObject({ code: "hal.pwm.io" });
  });

  test("says which overlay is missing, and which lines have no PWM at all", async () => {
    const fanOnly = makeWorld({ device: "1f0009c000.pwm", channels: 4 });
    expect(await problem(fanOnly.pwm.open(bcm(18)))).toMatch(
      /^hal\.pwm\.absent: .*"dtoverlay=pwm,pin=18,func=2" in config\.txt/u,
    );
    expect(overlayFor(bcm(13))).toBe("dtoverlay=pwm,pin=13,func=4");
    expect(await problem(makeWorld().pwm.open(bcm(17)))).toMatch(/^hal\.pwm\.absent: GPIO17 has no PWM/u);
  });

  test("is busy while a part, a program or the kernel has the channel, and taken back from an earlier life", async () => {
    const { unit, pwm, claims } = makeWorld();
    const output = await pwm.open(bcm(12));
    expect(await problem(pwm.open(bcm(18)))).toMatch(/^hal\.pwm\.busy: .*GPIO18 .*another part/u);
    await output.close();
    unit.files.write("/sys/class/pwm/pwmchip0/export", "0");
    expect(await problem(pwm.open(bcm(18)))).toMatch(/^hal\.pwm\.busy: .*another program/u);
    claims.add("pwmchip0-0");
    await (await pwm.open(bcm(18))).close();
    unit.take(0);
    expect(await problem(pwm.open(bcm(18)))).toMatch(/^hal\.pwm\.busy: .*kernel/u);
    await expect(pwm.open(bcm(19))).resolves.toBeDefined();
  });

  test("waits for udev to hand a channel over, and not for ever", async () => {
    const slow = makeWorld({ udevMs: 60 });
    const opened = slow.pwm.open(bcm(18));
    await slow.scheduler.run(100);
    await expect(opened).resolves.toBeDefined();
    const never = makeWorld({ udevMs: 1e9 });
    const refused = problem(never.pwm.open(bcm(18)));
    await never.scheduler.run(2_000);
    expect(await refused).toMatch(/^hal\.pwm\.denied: .*group gpio/u);
    expect(never.unit.exported).toEqual([]);
    never.unit.files.makeReadOnly(true);
    expect(await problem(never.pwm.open(bcm(18)))).toMatch(/^hal\.pwm\.denied/u);
  });

  test("reports a unit that fails, closes all the same, and works again after", async () => {
    const { unit, pwm } = makeWorld();
    const output = await pwm.open(bcm(18));
    unit.failWith(true);
    expect(await problem(output.set(440, 0.5))).toMatch(/^hal\.pwm\.io: .*EIO/u);
    await output.close();
    unit.failWith(false);
    await expect((await pwm.open(bcm(18))).set(440, 0.5)).resolves.toBeUndefined();
  });
});
