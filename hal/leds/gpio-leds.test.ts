import { expect, test } from "vitest";
import { SimulatedGpioBank } from "../../sim/chips/gpio-bank.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { bcm, type LedName } from "../ports.ts";
import { GpioLeds } from "./gpio-leds.ts";
import { describeLeds } from "./leds.contract.ts";

const LINES = { green: bcm(17), red: bcm(4) };

function makeWorld() {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard();
  // An LED and its resistor to ground draw a net down that nothing drives.
  for (const line of Object.values(LINES)) nets.setBoardPull(line, "down");
  const bank = new SimulatedGpioBank({ nets, scheduler, spinUs: (us) => scheduler.advanceUs(us) });
  const breakWires = (broken: boolean) => {
    if (broken) bank.powerOff();
    else bank.powerOn();
  };
  const isLit = (led: LedName) => (nets.levels & (1 << LINES[led])) !== 0;
  return { scheduler, nets, bank, breakWires, isLit, leds: new GpioLeds({ bank, scheduler, lines: LINES }) };
}

describeLeds("on two GPIO lines", makeWorld);

test("lights whose line is taken say which it is and work when it is free", async () => {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard();
  const bank = new SimulatedGpioBank({ nets, scheduler, spinUs: () => undefined });
  const taken = await bank.open("other", [{ bcm: bcm(4), direction: "in", pull: "none", edges: "none" }]);
  const leds = new GpioLeds({ bank, scheduler, lines: LINES });
  const faults: string[] = [];
  leds.onFault(({ message }) => faults.push(message));
  leds.set("green", true);
  await scheduler.run(1);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^the lights on GPIO17 and GPIO4 cannot be driven: .*GPIO4 is in use/u);
  await taken.close();
  await scheduler.pass(1_000);
  leds.set("red", true);
  await scheduler.pass(1);
  expect([nets.levels & (1 << 17), nets.levels & (1 << 4)]).toEqual([1 << 17, 1 << 4]);
});
