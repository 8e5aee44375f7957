import { afterEach, describe, expect, test } from "vitest";
import { bootClocks, punchesOf } from "./testing/events-at-hub.ts";
import { World, type WorldOptions } from "./world.ts";

/** What time it is, seen from the wall and from the hub, when clocks are not what they should be. */
const JAN = "1038";
const JAN_PIN = "7306";
const JANA = "1177";
const JANA_PIN = "2958";
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let world: World;
async function begin(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await World.create({ seed: 1, ...options });
  return world;
}
afterEach(() => {
  expect(world.board.violations).toBe(0);
});

/** The box is switched off and on with no network to be seen. */
async function bootAlone(): Promise<void> {
  world.setNetwork(false);
  world.clock.setNtp(false);
  await world.powerOff();
  await world.powerOn();
  await world.pass(5 * SECOND_MS);
}

describe("a boot without network or real-time clock", () => {
  test.each([
    ["1970", 0],
    ["2000", Date.UTC(2000, 0, 1)],
    ["2019", Date.UTC(2019, 0, 28, 18)],
  ])(
    "at %s: says that it does not know the time, people punch, and it is corrected by NTP",
    async (_, bootsAtMs) => {
      await begin({ clock: { bootsAtMs } });
      await bootAlone();
      expect(world.screen()).toEqual([
        "--:--",
        "Westside Bar   off 0",
        "Number *=name #=help",
        "Time not known yet",
      ]);
      const inMs = world.trueWallMs();
      await world.type(JAN + JAN_PIN);
      expect(world.screen()).toEqual(["IN    --:--", "Jan Novák", "", "*=undo  #=receipt"]);
      await world.pass(2 * HOUR_MS);
      world.clock.setNtp(true);
      await world.pass(MINUTE_MS);
      expect(world.screen()[0]).toMatch(/^08:0[34] {5}Tue 24 Nov$/);
      await world.type(`${JAN}${JAN_PIN}1`);
      expect(world.screen().slice(0, 3)).toEqual([
        expect.stringMatching(/^OUT +08:0[34]$/),
        "Jan Novák",
        "Today 2:01",
      ]);
      world.setNetwork(true);
      await world.pass(2 * MINUTE_MS);
      const [inPunch, outPunch] = await punchesOf(world);
      if (inPunch === undefined) throw new RangeError("there is no punch");
      expect(inPunch).toMatchObject({ clock: "unset", wallMs: bootsAtMs + inPunch.monotonicMs });
      expect(outPunch).toMatchObject({ clock: "set" });
      const [clock] = await bootClocks(world);
      expect(clock?.source).toBe("ntp");
      expect(Math.abs(inPunch.monotonicMs + (clock?.offsetMs ?? 0) - inMs)).toBeLessThan(2 * SECOND_MS);
      expect(await world.kindsAtHub()).toEqual(["punch", "clock.synced", "punch"]);
    },
  );

  test("shows the hub's time as soon as it is there, and dates its punches by it, with the machine's own clock wrong for good", async () => {
    await begin({ display: { columns: 16, rows: 2 }, clock: { bootsAtMs: Date.UTC(2019, 6, 1) } });
    await bootAlone();
    expect(world.screen()[0]).toBe("--:-- Time unset");
    await world.type(JAN + JAN_PIN);
    await world.pass(30 * MINUTE_MS);
    world.setNetwork(true);
    await world.pass(2 * MINUTE_MS);
    expect(world.screen()[0]).toMatch(/^06:3[45] Tue 24 +ok0$/);
    await world.type(`${JAN}${JAN_PIN}1`);
    expect(world.screen()).toEqual([
      expect.stringMatching(/^OUT 06:3[45]/),
      expect.stringMatching(/0:3[23]$/),
    ]);
    await world.pass(MINUTE_MS);
    const [clock] = await bootClocks(world);
    expect(clock?.source).toBe("hub");
    const punches = await punchesOf(world);
    expect(punches.map(({ clock: quality }) => quality)).toEqual(["unset", "unset"]);
    expect(punches.every(({ wallMs }) => wallMs < Date.UTC(2020))).toBe(true);
    // Of the summer that the machine took it for, and then of the day that it was.
    expect(punches.map(({ offsetMinutes }) => offsetMinutes)).toEqual([120, 60]);
  });

  test("says the time at once when it has a real-time clock", async () => {
    await begin({ clock: { rtcErrorMs: 3 * SECOND_MS } });
    await bootAlone();
    expect(world.screen()[0]).toMatch(/^06:0\d {5}Tue 24 Nov$/);
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN +06:0\d$/);
    world.setNetwork(true);
    await world.pass(2 * MINUTE_MS);
    expect(await punchesOf(world)).toMatchObject([{ clock: "holding" }]);
  });
});

describe("somebody sets the wall clock", () => {
  test.each([
    ["forward by a year", 365 * 24 * HOUR_MS],
    ["back by a year", -365 * 24 * HOUR_MS],
  ])("%s during a wait for wrong PINs: the wait is as long as ever", async (_, byMs) => {
    await begin();
    world.clock.setNtp(false);
    await world.type(`${JAN}120912101211`);
    expect(world.screen()[0]).toMatch(/^WAIT/);
    world.clock.step(byMs);
    await world.pass(30 * SECOND_MS);
    await world.type(JAN);
    expect(world.screen()[0]).toMatch(/^WAIT 0:[23]\d/);
    world.clock.step(-2 * byMs);
    await world.pass(26 * SECOND_MS);
    await world.type(JAN);
    expect(world.screen()[0]).toMatch(/^WAIT 0:0\d/);
    await world.pass(9 * SECOND_MS);
    await world.type(`*${JAN}${JAN_PIN}`);
    expect(world.screen()[0]).toMatch(/^IN/);
  });

  test.each([3 * HOUR_MS, -3 * HOUR_MS])(
    "by %s ms: the display goes on telling the time that was known, and so do the events, in their order",
    async (byMs) => {
      await begin();
      world.setNetwork(false);
      world.clock.setNtp(false);
      await world.type(JAN + JAN_PIN);
      world.clock.step(byMs);
      await world.pass(3 * SECOND_MS);
      await world.pass(MINUTE_MS);
      expect(world.screen()[0]).toMatch(/^06:03/);
      await world.type(JANA + JANA_PIN);
      expect(world.screen()[0]).toMatch(/^IN +06:03$/);
      await world.pass(MINUTE_MS);
      await world.type(`${JAN}${JAN_PIN}1`);
      expect(world.screen().slice(0, 3)).toEqual([
        expect.stringMatching(/^OUT +06:04$/),
        "Jan Novák",
        "Today 0:02",
      ]);
      world.setNetwork(true);
      await world.pass(2 * MINUTE_MS);
      const punches = await punchesOf(world);
      expect(punches.map(({ seq }) => seq)).toEqual(
        punches.map(({ seq }) => seq).toSorted((one, other) => one - other),
      );
      expect(punches.map(({ clock }) => clock)).toEqual(["set", "unset", "unset"]);
      expect(await bootClocks(world)).toHaveLength(1);
    },
  );

  test("in the result screen: it stays its three seconds, and what it says stays", async () => {
    await begin();
    await world.type(JAN + JAN_PIN);
    world.clock.step(26 * HOUR_MS);
    await world.pass(2 * SECOND_MS);
    expect(world.screen()[0]).toBe("IN    06:02");
    await world.pass(1_500);
    expect(world.screen()[2]).toBe("Type your number");
  });

  test("and NTP sets it right again: a wrong minute stands no longer than a pulse", async () => {
    await begin();
    world.clock.step(47 * MINUTE_MS);
    await world.pass(30 * SECOND_MS);
    expect(world.screen()[0]).toMatch(/^06:0[23]/);
    await world.pass(32 * SECOND_MS);
    expect(world.screen()[0]).toMatch(/^06:03/);
  });

  test("to the hub's dismay: a clock that NTP keeps hours away is told to the hub once", async () => {
    await begin({ clock: { ntpErrorMs: 3 * HOUR_MS } });
    await world.pass(10 * MINUTE_MS);
    expect((await world.kindsAtHub()).filter((kind) => kind === "clock.disputed")).toHaveLength(1);
  });
});

describe("a local day", () => {
  /** Jan comes and goes; what the display says in between, and his hours of that day. */
  async function shift(forMs: number): Promise<{ in: string; out: string; today: string }> {
    await world.type(JAN + JAN_PIN);
    const inText = world.screen()[0] ?? "";
    await world.pass(forMs);
    await world.type(`${JAN}${JAN_PIN}1`);
    const [out, , today] = world.screen();
    await world.pass(MINUTE_MS);
    return { in: inText, out: out ?? "", today: today ?? "" };
  }
  const offsets = async (): Promise<number[]> =>
    (await punchesOf(world)).map(({ offsetMinutes }) => offsetMinutes);

  test("of 25 hours: Zagreb's clocks go back, and an hour more is worked", async () => {
    await begin({ beginsMs: Date.UTC(2026, 9, 24, 23, 30) });
    expect(await shift(2 * HOUR_MS)).toEqual({ in: "IN    01:30", out: "OUT   02:30", today: "Today 2:00" });
    expect(await offsets()).toEqual([120, 60]);
  });

  test("of half an hour more: Lord Howe's clocks go back by 30 minutes", async () => {
    const timeZone = "Australia/Lord_Howe";
    // 2026-04-05 02:00 at UTC+11 becomes 01:30 at UTC+10:30.
    await begin({ timeZone, beginsMs: Date.UTC(2026, 3, 4, 14, 30) });
    expect(await shift(HOUR_MS)).toEqual({ in: "IN    01:30", out: "OUT   02:00", today: "Today 1:00" });
    expect(await offsets()).toEqual([660, 630]);
  });

  test("that begins at one o'clock: Santiago's clocks leave midnight out, and the display goes from 23:59 to 01:00", async () => {
    const timeZone = "America/Santiago";
    await begin({ timeZone, beginsMs: Date.UTC(2026, 8, 6, 3, 30) });
    expect(await shift(HOUR_MS)).toEqual({ in: "IN    23:30", out: "OUT   01:30", today: "Today 0:30" });
    expect(await offsets()).toEqual([-240, -180]);
  });

  test("ends at midnight: hours before it are yesterday's", async () => {
    await begin({ beginsMs: Date.UTC(2026, 10, 24, 22, 30) });
    expect(await shift(HOUR_MS)).toEqual({ in: "IN    23:30", out: "OUT   00:30", today: "Today 0:30" });
  });
});

test("a crystal that is off by 200 ppm: the display keeps the hub's minute for days without NTP, and is told of seldom", async () => {
  await begin({ clock: { ntp: false, driftPpm: 200 } });
  await world.type(JAN + JAN_PIN);
  for (let day = 1; day <= 3; day += 1) {
    await world.pass(24 * HOUR_MS);
    expect(world.screen()[0]).toMatch(/^06:0[23] /);
  }
  expect((await bootClocks(world)).length).toBeLessThan(3 * 12);
});
