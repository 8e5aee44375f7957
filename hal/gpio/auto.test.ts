import { describe, expect, test } from "vitest";
import { HalError, type HalErrorCode } from "../errors.ts";
import { bcm } from "../ports.ts";
import { SimulatedGpioBank } from "../../sim/chips/gpio-bank.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { chooseGpio, openGpio, type GpioWay } from "./auto.ts";

const scheduler = new VirtualScheduler();
const BANK = new SimulatedGpioBank({ nets: new NetBoard(), scheduler, spinUs: () => undefined });

/** Ways that work, or refuse with a code; and which of them were tried. */
function makeWays(refusals: Partial<Record<GpioWay["name"], HalErrorCode>>) {
  const tried: string[] = [];
  const ways = (["gpiochip", "onoff", "rpi-gpio"] as const).map((name): GpioWay => ({
    name,
    reason: `${name} is there`,
    open: () => {
      tried.push(name);
      const code = refusals[name];
      return code === undefined ? Promise.resolve(BANK) : Promise.reject(new HalError(code, `not ${name}`));
    },
  }));
  return { ways, tried };
}

describe("the way to the GPIO lines", () => {
  test("is the first that works, and says why", async () => {
    const { ways, tried } = makeWays({});
    const { bank, why } = await chooseGpio("auto", ways);
    expect(bank).toBe(BANK);
    expect(why).toBe("simulated: gpiochip is there");
    expect(tried).toEqual(["gpiochip"]);
  });

  test("passes over what does not work, and says what that said", async () => {
    const { ways, tried } = makeWays({ gpiochip: "hal.gpio.unsupported" });
    expect((await chooseGpio("auto", ways)).why).toBe("simulated: onoff is there; gpiochip: not gpiochip");
    expect(tried).toEqual(["gpiochip", "onoff"]);
  });

  test("is the configured one and no other, even if it fails", async () => {
    const { ways, tried } = makeWays({ onoff: "hal.addon.missing" });
    expect((await chooseGpio("rpi-gpio", ways)).why).toBe("simulated: as configured");
    await expect(chooseGpio("onoff", ways)).rejects.toMatchObject({ code: "hal.addon.missing" });
    expect(tried).toEqual(["rpi-gpio", "onoff"]);
  });

  test("fails with the first one's code and what each said when none works", async () => {
    const { ways } = makeWays({
      gpiochip: "hal.gpio.denied",
      onoff: "hal.gpio.absent",
      "rpi-gpio": "hal.gpio.unsupported",
    });
    await expect(chooseGpio("auto", ways)).rejects.toMatchObject({
      code: "hal.gpio.denied",
      message: "no way to the GPIO lines: gpiochip: not gpiochip; onoff: not onoff; rpi-gpio: not rpi-gpio",
    });
  });

  test("on this machine itself ends in a bank or in an error with a code", async () => {
    const outcome = await openGpio("auto", scheduler).then(
      ({ bank }) => bank.open("test", [{ bcm: bcm(27), direction: "in", pull: "up", edges: "none" }]),
      (error: unknown) => error,
    );
    // On a Pi the line opens; anywhere else the answer names what is missing.
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(HalError);
    else expect(outcome).toBeDefined();
  });
});
