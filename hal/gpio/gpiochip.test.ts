import { describe, expect, test } from "vitest";
import { bcm, type GpioLineRequest } from "../ports.ts";
import { SimulatedGpioBank } from "../../sim/chips/gpio-bank.ts";
import { SimulatedGpioKernel } from "../../sim/chips/gpio-character-device.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { describeGpioBank } from "./gpio.contract.ts";
import { GpiochipBank, openGpiochip } from "./gpiochip.ts";
import { ERRNO } from "./uapi.ts";

function parts(lines: number) {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard(lines);
  return { scheduler, nets, spinUs: (us: number) => scheduler.advanceUs(us) };
}

interface KernelOptions {
  readonly lines?: number;
  readonly labels?: readonly string[];
  readonly old?: boolean;
}

function kernelWorld({ lines = 28, ...options }: KernelOptions = {}) {
  const world = parts(lines);
  const kernel = new SimulatedGpioKernel({ ...world, ...options });
  const breakBank = (broken: boolean) => kernel.failWith(broken ? ERRNO.noDevice : 0);
  return {
    ...world,
    kernel,
    edgeToleranceMs: 0.001,
    bank: new GpiochipBank({ ...world, kernel }),
    breakBank,
  };
}

describeGpioBank("of the simulator", (lines) => {
  const world = parts(lines);
  const bank = new SimulatedGpioBank(world);
  return {
    ...world,
    edgeToleranceMs: 0,
    bank,
    breakBank: (broken) => (broken ? bank.powerOff() : bank.powerOn()),
  };
});

describeGpioBank("of Linux's character device", (lines) => kernelWorld({ lines }));

describe("the GPIO character device", () => {
  const LINE: GpioLineRequest = { bcm: bcm(4), direction: "in", pull: "up", edges: "none" };

  test.each(["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])(
    "is found by the label %s, whatever its number",
    async (label) => {
      const { bank } = kernelWorld({ labels: ["raspberrypi-exp-gpio", "brcmvirt-gpio", label] });
      await bank.open("test", [LINE]);
      expect(bank.name).toBe(`gpiochip ${label}`);
    },
  );

  test("is absent where no chip has a known label, and where there is no chip", async () => {
    for (const labels of [["INT34C5:00"], []]) {
      await expect(kernelWorld({ labels }).bank.open("test", [LINE])).rejects.toMatchObject({
        code: "hal.gpio.absent",
      });
    }
  });

  test("says that a chip may not be opened instead of calling it absent", async () => {
    const { bank, kernel } = kernelWorld();
    kernel.failWith(ERRNO.access);
    for (const asked of [bank.find(), bank.open("test", [LINE])]) {
      await expect(asked).rejects.toMatchObject({ code: "hal.gpio.denied" });
    }
    kernel.failWith(ERRNO.noDevice);
    for (const asked of [bank.find(), bank.open("test", [LINE])]) {
      await expect(asked).rejects.toMatchObject({ code: "hal.gpio.io" });
    }
  });

  test("names the line that is held, and its holder", async () => {
    const { bank } = kernelWorld();
    await bank.open("punchbox keypad", [LINE]);
    const others = [{ ...LINE, bcm: bcm(5) }, LINE];
    await expect(bank.open("punchbox sounder", others)).rejects.toThrow(
      'punchbox sounder: GPIO4 is in use by "punchbox keypad"',
    );
    const twice = { ...LINE, bcm: bcm(6) };
    await expect(bank.open("test", [twice, twice])).rejects.toThrow("test: GPIO6 is asked for twice");
  });

  test("is found without opening a line, and refused where the kernel is older than its second interface", async () => {
    const { bank, kernel } = kernelWorld();
    await bank.find();
    expect(bank.name).toBe("gpiochip pinctrl-bcm2711");
    expect(kernel.openDescriptors).toBe(0);
    const { bank: old, kernel: oldKernel } = kernelWorld({ old: true });
    await expect(old.find()).rejects.toMatchObject({ code: "hal.gpio.unsupported" });
    expect(oldKernel.openDescriptors).toBe(0);
  });

  test("leaves no descriptor open, whether opening works or fails", async () => {
    const { bank, kernel } = kernelWorld({ lines: 8, labels: ["other", "pinctrl-rp1"] });
    const lines = await bank.open("test", [LINE]);
    expect(kernel.openDescriptors).toBe(1);
    await expect(bank.open("test", [LINE])).rejects.toThrow();
    await expect(bank.open("test", [{ ...LINE, bcm: bcm(20) }])).rejects.toThrow();
    expect(kernel.openDescriptors).toBe(1);
    await lines.close();
    expect(kernel.openDescriptors).toBe(0);
  });

  test("gives up on this machine's own GPIO with a code where there is none", async () => {
    const scheduler = new VirtualScheduler();
    const outcome = await openGpiochip(scheduler)
      .then((bank) => bank.open("test", [{ ...LINE, bcm: bcm(27) }]))
      .then((lines) => lines.close())
      .then(
        () => "opened",
        (error: unknown) => error,
      );
    // On a Pi the line opens; anywhere else the answer names what is missing.
    if (outcome !== "opened") expect(outcome).toBeInstanceOf(Error);
  });
});
