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
  return { scheduler, ear, bank, sounder: new GpioBuzzer({ bank, scheduler, line: bcm(LINE) }) };
}

describeSounder("on a GPIO line", makeWorld);

test("a buzzer plays what was asked for while its line was opening", async () => {
  const { sounder, scheduler, ear } = makeWorld();
  sounder.play([40]);
  await scheduler.run(100);
  expect(ear.beeps).toHaveLength(1);
});

test("a buzzer whose line fails falls silent, says so once, and sounds again when the line is back", async () => {
  const { sounder, scheduler, ear, bank } = makeWorld();
  const health: string[] = [];
  sounder.onFault((error) => health.push(error.code));
  sounder.onRecovered(() => health.push("recovered"));
  await scheduler.run(1);
  sounder.play([100, 100, 100]);
  await scheduler.run(50);
  bank.powerOff();
  await scheduler.run(500);
  sounder.play([100]);
  await scheduler.run(1000);
  expect(ear.sounding).toBe(false);
  expect(health).toEqual(["hal.sounder.io"]);
  bank.powerOn();
  sounder.play([70]);
  await scheduler.run(2000);
  expect(health).toEqual(["hal.sounder.io", "recovered"]);
  expect(Math.round(ear.beeps.at(-1)?.durationMs ?? 0)).toBe(70);
});
