import { describe, expect, onTestFinished, test } from "vitest";
import { LinuxPwm } from "../../../hal/pwm/linux-pwm.ts";
import { bcm } from "../../../hal/ports.ts";
import { pwm } from "./bench.ts";
import { realTime } from "./real-time.ts";

const outputs = new LinuxPwm({ scheduler: realTime });

describe("the PWM of a real kernel", () => {
  test("is set to a frequency and a share, to others in either direction, and to silence", async () => {
    const output = await outputs.open(bcm(18));
    onTestFinished(() => output.close());
    await output.set(2_000, 0.5);
    expect(pwm(0)).toEqual({ periodNs: 500_000, dutyNs: 250_000, enabled: true });
    await output.set(8_000, 0.9);
    expect(pwm(0)).toEqual({ periodNs: 125_000, dutyNs: 112_500, enabled: true });
    await output.set(1_000, 0.1);
    expect(pwm(0)).toEqual({ periodNs: 1_000_000, dutyNs: 100_000, enabled: true });
    await output.set(1_000, 0);
    expect(pwm(0).dutyNs).toBe(0);
  });

  test("is held by one at a time, low and free after close, and absent on other lines", async () => {
    const output = await outputs.open(bcm(13));
    await output.set(2_000, 0.5);
    await expect(outputs.open(bcm(13))).rejects.toMatchObject({ code: "hal.pwm.busy" });
    const another = new LinuxPwm({ scheduler: realTime });
    await output.close();
    expect(pwm(1)).toMatchObject({ dutyNs: 0, enabled: false });
    await (await another.open(bcm(13))).close();
    await expect(outputs.open(bcm(4))).rejects.toMatchObject({ code: "hal.pwm.absent" });
  });
});
