import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SoundName } from "../device/core/types.ts";
import { RHYTHMS } from "../device/signals.ts";
import { GpioBuzzer } from "../hal/sounder/gpio-buzzer.ts";
import { bcm, type Rhythm, type Scheduler } from "../hal/ports.ts";
import { Buzzer } from "./chips/buzzer.ts";
import { SimulatedGpioBank } from "./chips/gpio-bank.ts";
import { NetBoard } from "./chips/nets.ts";
import { Ear, type HeardSound } from "./sounds.ts";
import { VirtualScheduler } from "./world/virtual-scheduler.ts";

const LINE = 26;
const NAMES = ["key", "in", "out", "refused", "undone", "asked"] as const satisfies readonly SoundName[];
/** Time for any sound to end and be recognised. */
const LONG_MS = 2_000;

/** A buzzer with its driver and an ear; `latenessMs` is what a busy machine adds to each of the driver's timers. */
async function makeRoom(latenessMs: () => number = () => 0) {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard();
  nets.setBoardPull(LINE, "down");
  const ear = new Ear(new Buzzer({ nets, net: LINE, nowMs: () => scheduler.nowMs() }), scheduler);
  const bank = new SimulatedGpioBank({ nets, scheduler, spinUs: (us) => scheduler.advanceUs(us) });
  const busy: Scheduler = {
    nowMs: () => scheduler.nowMs(),
    after: (delayMs, run) => scheduler.after(delayMs + latenessMs(), run),
    soon: (run) => scheduler.soon(run),
  };
  const sounder = new GpioBuzzer({ bank, scheduler: busy, line: bcm(LINE) });
  await scheduler.run(1);
  const pass = (ms: number): Promise<void> => scheduler.run(scheduler.nowMs() + ms);
  const names = (): (string | null)[] => ear.sounds(0).map((each) => each.sound);
  return { ear, pass, names, play: (rhythm: Rhythm) => sounder.play(rhythm) };
}

describe("the ear at the buzzer", () => {
  test.each(NAMES)("knows the sound %s by its rhythm alone", async (name) => {
    const { play, pass, ear } = await makeRoom();
    play(RHYTHMS[name]);
    await pass(LONG_MS);
    expect(ear.sounds(0)).toEqual([{ number: 1, sound: name, rhythm: RHYTHMS[name] }]);
  });

  test.each(NAMES)("knows %s however busy the machine is, up to 20 ms late each time", async (name) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }),
        async (lateness) => {
          let turn = 0;
          const { play, pass, names } = await makeRoom(() => lateness[turn++ % lateness.length] ?? 0);
          play(RHYTHMS[name]);
          await pass(LONG_MS);
          expect(names()).toEqual([name]);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("tells a key from what it led to when they run together", async () => {
    for (const name of NAMES) {
      const { play, pass, names } = await makeRoom();
      play(RHYTHMS.key);
      await pass(50);
      play(RHYTHMS[name]);
      await pass(LONG_MS);
      expect(names()).toEqual(["key", name]);
    }
  });

  test("hears each of many quick keys, and never a question in them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 20, max: 79 }), { minLength: 1, maxLength: 12 }),
        async (gapsMs) => {
          const { play, pass, names } = await makeRoom();
          for (const gapMs of gapsMs) {
            play(RHYTHMS.key);
            await pass(12 + gapMs);
          }
          await pass(LONG_MS);
          expect(names()).toEqual(gapsMs.map(() => "key"));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("tells the rhythm of a sound that has no name", async () => {
    const { play, pass, ear } = await makeRoom();
    play([300, 20, 300]);
    await pass(LONG_MS);
    expect(ear.sounds(0)).toEqual([{ number: 1, sound: null, rhythm: [300, 20, 300] }]);
  });

  test("numbers sounds, tells what came after one, and keeps the latest 256", async () => {
    const { play, pass, ear } = await makeRoom();
    for (let each = 0; each < 300; each += 1) {
      play(RHYTHMS.key);
      await pass(200);
    }
    expect(ear.sounds(0)).toHaveLength(256);
    expect(ear.sounds(298).map((each) => each.number)).toEqual([299, 300]);
    expect(ear.sounds(300)).toEqual([]);
  });

  test("tells listeners until they stop listening", async () => {
    const { play, pass, ear } = await makeRoom();
    const heard: HeardSound[] = [];
    const stop = ear.onSound((sound) => heard.push(sound));
    play(RHYTHMS.in);
    await pass(LONG_MS);
    stop();
    play(RHYTHMS.out);
    await pass(LONG_MS);
    expect(heard.map((each) => each.sound)).toEqual(["in"]);
  });
});
