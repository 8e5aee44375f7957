import { expect, test } from "vitest";
import { bcm } from "../ports.ts";
import { Buzzer } from "../../sim/chips/buzzer.ts";
import { SimulatedGpioBank } from "../../sim/chips/gpio-bank.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { GpioBuzzer } from "./gpio-buzzer.ts";
import { describeSounder } from "./sounder.contract.ts";

const LINE = 26;

function makeWorld() {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard();
  // The transistor's base resistor: without it a freed line would keep its charge, and the buzzer its sound.
  nets.setBoardPull(LINE, "down");
  const ear = new Buzzer({ nets, net: LINE, nowMs: () => scheduler.nowMs() });
  const bank = new SimulatedGpioBank({ nets, scheduler, spinUs: (us) => scheduler.advanceUs(us) });
  const breakWires = (broken: boolean) => {
    if (broken) bank.powerOff();
    else bank.powerOn();
  };
  return { scheduler, ear, bank, breakWires, sounder: new GpioBuzzer({ bank, scheduler, line: bcm(LINE) }) };
}

describeSounder("on a GPIO line", makeWorld);

test("a buzzer plays what was asked for while its line was opening", async () => {
  const { sounder, scheduler, ear } = makeWorld();
  sounder.play([40]);
  await scheduler.run(100);
  expect(ear.beeps).toHaveLength(1);
});

test("a buzzer whose line fails in the middle of a beep falls silent, and says where and why", async () => {
  const { sounder, scheduler, ear, bank } = makeWorld();
  const faults: string[] = [];
  sounder.onFault(({ message }) => faults.push(message));
  await scheduler.run(1);
  sounder.play([100, 100, 100]);
  await scheduler.run(50);
  bank.powerOff();
  await scheduler.run(500);
  expect(ear.sounding).toBe(false);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^the sounder on GPIO26 cannot be driven: .*power/u);
});

test("a buzzer that has only one loudness is quiet by short beeps", async () => {
  const { sounder, scheduler, ear } = makeWorld();
  await scheduler.run(1);
  sounder.volume("quiet");
  sounder.play([80, 50, 12]);
  await scheduler.run(500);
  expect(ear.beeps.map(({ durationMs }) => Math.round(durationMs))).toEqual([20, 8]);
});
