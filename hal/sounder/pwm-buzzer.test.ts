import { expect, test } from "vitest";
import { PassiveBuzzer } from "../../sim/chips/passive-buzzer.ts";
import { SimulatedSysfsPwm } from "../../sim/chips/sysfs-pwm.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { bcm } from "../ports.ts";
import { LinuxPwm } from "../pwm/linux-pwm.ts";
import { PwmBuzzer } from "./pwm-buzzer.ts";
import { describeSounder } from "./sounder.contract.ts";

const FREQUENCY_HZ = 2_700;
const NO_CLAIMS = { abandoned: () => false, add: () => undefined, remove: () => undefined };

function makeWorld(device?: string) {
  const scheduler = new VirtualScheduler();
  const unit = new SimulatedSysfsPwm({ scheduler, ...(device === undefined ? {} : { device }) });
  const ear = new PassiveBuzzer({ pwm: unit, channel: 0, nowMs: () => scheduler.nowMs() });
  const pwm = new LinuxPwm({ scheduler, files: unit.files, claims: NO_CLAIMS });
  const sounder = new PwmBuzzer({ pwm, scheduler, line: bcm(18), frequencyHz: FREQUENCY_HZ });
  return { scheduler, unit, ear, sounder, breakWires: (broken: boolean) => unit.failWith(broken) };
}

describeSounder("on the machine's PWM", makeWorld);

test("a passive buzzer keeps its pitch and its beeps when it is quiet, and is much less loud", async () => {
  const { sounder, scheduler, ear } = makeWorld();
  const tones: { readonly frequencyHz: number; readonly loudness: number }[] = [];
  ear.onChange(() => {
    if (ear.tone !== null) tones.push(ear.tone);
  });
  await scheduler.run(1);
  for (const volume of ["full", "quiet"] as const) {
    sounder.volume(volume);
    sounder.play([100]);
    await scheduler.pass(200);
  }
  expect(tones.map(({ frequencyHz }) => Math.round(frequencyHz))).toEqual([FREQUENCY_HZ, FREQUENCY_HZ]);
  expect(tones[0]?.loudness).toBeCloseTo(1, 3);
  expect(tones[1]?.loudness).toBeLessThan(0.1);
  expect(ear.beeps.map(({ durationMs }) => Math.round(durationMs))).toEqual([100, 100]);
});

test("a passive buzzer on a machine whose PWM is off says which line of config.txt is missing", async () => {
  const { sounder, scheduler } = makeWorld("1f0009c000.pwm");
  const faults: string[] = [];
  sounder.onFault(({ code, message }) => faults.push(`${code} ${message}`));
  await scheduler.run(1);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^hal\.sounder\.io .*GPIO18.*dtoverlay=pwm,pin=18,func=2/u);
});

test("a passive buzzer leaves nothing on its line at close", async () => {
  const { sounder, scheduler, unit } = makeWorld();
  await scheduler.run(1);
  sounder.play([500]);
  await scheduler.run(10);
  await sounder.close();
  expect([unit.wave(0), unit.exported]).toEqual([null, []]);
});
