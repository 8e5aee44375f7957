import { describe, expect, test } from "vitest";
import { bcm } from "../ports.ts";
import { SimulatedGpioKernel } from "../../sim/chips/gpio-character-device.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { listGpio } from "./chip-info.ts";
import { GpiochipBank } from "./gpiochip.ts";
import { ERRNO } from "./uapi.ts";

function makeKernel(labels: readonly string[], lines = 28) {
  const scheduler = new VirtualScheduler();
  const spinUs = (us: number) => scheduler.advanceUs(us);
  const kernel = new SimulatedGpioKernel({ scheduler, spinUs, nets: new NetBoard(lines), labels });
  return { kernel, bank: new GpiochipBank({ kernel, scheduler, spinUs }) };
}

describe("the listing of this machine's GPIO", () => {
  test("has every chip with its label, and each line of the header with its name and holder", async () => {
    const { kernel, bank } = makeKernel(["brcmvirt-gpio", "pinctrl-rp1"]);
    await bank.open("punchbox keypad", [{ bcm: bcm(12), direction: "in", pull: "up", edges: "both" }]);
    const { chips, header } = listGpio(kernel);
    expect(chips).toEqual([
      { path: "/dev/gpiochip0", info: { label: "brcmvirt-gpio", lines: 28 } },
      { path: "/dev/gpiochip1", info: { label: "pinctrl-rp1", lines: 28 } },
    ]);
    expect(header).toHaveLength(28);
    expect(header[12]).toEqual({ line: 12, name: "GPIO12", consumer: "punchbox keypad" });
    expect(header[13]).toEqual({ line: 13, name: "GPIO13", consumer: null });
    expect(kernel.openDescriptors).toBe(1);
  });

  test("has no header where no chip is a Pi's", () => {
    expect(listGpio(makeKernel(["INT34C5:00"]).kernel).header).toEqual([]);
    expect(listGpio(makeKernel([]).kernel)).toEqual({ chips: [], header: [] });
  });

  test("says which chips refuse, and why", () => {
    const { kernel } = makeKernel(["pinctrl-bcm2711"]);
    kernel.failWith(ERRNO.access);
    expect(listGpio(kernel)).toEqual({
      chips: [{ path: "/dev/gpiochip0", info: { errno: ERRNO.access } }],
      header: [],
    });
  });
});
