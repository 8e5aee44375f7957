import { afterEach, describe, expect, test, vi } from "vitest";
import { bcm } from "../../hal/ports.ts";
import { HUB_ACTOR } from "../../hub/access.ts";
import { setCard } from "../../hub/people/cards.ts";
import { listPeople } from "../../hub/people/people.ts";
import { decodeEvent } from "../../protocol/chain.ts";
import { usualPlan } from "../wiring.ts";
import { World, type WorldOptions } from "./world.ts";

/** Parts of a terminal that fail, seen from the wall and from the hub. */
const JAN = "1038";
const JAN_PIN = "7306";
const MINUTE_MS = 60_000;
const HALF_AN_HOUR_MS = 30 * MINUTE_MS;

let world: World;
async function begin(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await World.create({ seed: 1, ...options });
  return world;
}
afterEach(() => {
  expect(world.board.violations).toBe(0);
});

async function healthAtHub(): Promise<unknown[]> {
  const events = (await world.textsAtHub()).map((text) => decodeEvent(text));
  return events
    .filter(({ kind }) => kind.startsWith("health."))
    .map(({ kind, payload }) => ({ kind, ...payload }));
}

const heard = (after: number): (string | null)[] => world.ear.sounds(after).map(({ sound }) => sound);

describe("a part that fails", () => {
  test("a stuck key: the screen says so, the hub learns of it, the other keys punch, and it is over when the key is up", async () => {
    await begin();
    world.board.matrix.press("B");
    await world.pass(MINUTE_MS);
    expect(world.screen()[3]).toBe("A key is stuck");
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
    world.board.matrix.release("B");
    await world.pass(MINUTE_MS);
    expect(world.screen()[2]).toBe("Type your number");
    expect(await healthAtHub()).toEqual([
      { kind: "health.fault", part: "keypad", code: "hal.keypad.stuck" },
      { kind: "health.recovered", part: "keypad" },
    ]);
  });

  test.each([
    ["an I2C display", "i2c"],
    ["a serial display", "serial"],
  ] as const)(
    "%s pulled off its bus: one punches by ear, and it comes back fully painted",
    async (_, displayBus) => {
      await begin({ displayBus });
      world.board.connect("display", false);
      await world.pass(MINUTE_MS);
      const before = world.ear.sounds(0).at(-1)?.number ?? 0;
      await world.type(JAN + JAN_PIN);
      await world.pass(1_000);
      expect(heard(before)).toContain("asked");
      expect(heard(before).at(-1)).toBe("in");
      expect(await world.peopleIn()).toEqual(["Jan Novák"]);
      expect(await healthAtHub()).toEqual([
        { kind: "health.fault", part: "display", code: "hal.display.io" },
      ]);
      world.board.connect("display", true);
      await world.pass(MINUTE_MS);
      expect(world.screen()).toEqual([
        expect.stringMatching(/^06:\d\d {5}Tue 24 Nov$/),
        "Westside Bar    ok 0",
        "Type your number",
        "*=by name  #=help",
      ]);
      expect((await healthAtHub()).at(-1)).toEqual({ kind: "health.recovered", part: "display" });
    },
  );
});

test("a card reader whose plug is pulled: keys go on, the hub is told once, and it reads again when it is back", async () => {
  await begin();
  world.board.connect("reader", false);
  await world.pass(HALF_AN_HOUR_MS);
  await world.type(JAN + JAN_PIN);
  expect(await world.peopleIn()).toEqual(["Jan Novák"]);
  const fault = { kind: "health.fault", part: "reader", code: "hal.reader.io" };
  expect(await healthAtHub()).toEqual([fault]);
  world.board.connect("reader", true);
  await world.pass(MINUTE_MS);
  expect(await healthAtHub()).toEqual([fault, { kind: "health.recovered", part: "reader" }]);
  world.board.holdCard("0A0071D93E");
  await world.pass(1_000);
  expect(world.screen().slice(0, 2)).toEqual(["Jan Novák", "PIN ____"]);
});

describe("the lights", () => {
  /** How often each lit up in the next two seconds. */
  async function flashes(): Promise<Record<"green" | "red", number>> {
    const lit = { green: false, red: false };
    const counted = { green: 0, red: 0 };
    for (let step = 0; step < 100; step++) {
      await world.pass(20);
      for (const led of ["green", "red"] as const) {
        const isLit = world.board.light(led) === true;
        if (isLit && !lit[led]) counted[led] += 1;
        lit[led] = isLit;
      }
    }
    return counted;
  }

  test("flash green once for in and twice for out, and red three times for a refusal", async () => {
    await begin();
    await world.type(JAN);
    for (const key of JAN_PIN.slice(0, -1)) await world.type(key);
    world.board.matrix.press("6");
    expect(await flashes()).toEqual({ green: 1, red: 0 });
    world.board.matrix.release("6");
    await world.pass(2 * MINUTE_MS);
    await world.type(JAN + JAN_PIN);
    world.board.matrix.press("1");
    expect(await flashes()).toEqual({ green: 2, red: 0 });
    world.board.matrix.release("1");
    await world.pass(5_000);
    world.board.holdCard("7");
    expect(await flashes()).toEqual({ green: 0, red: 3 });
  });

  test("red stays lit while the display is out of order, and goes out when it is back", async () => {
    await begin({ displayBus: "i2c" });
    world.board.i2c.nakNext(1_000_000);
    await world.pass(MINUTE_MS);
    expect(world.board.light("red")).toBe(true);
    world.board.i2c.nakNext(0);
    await world.pass(2 * MINUTE_MS);
    expect([world.board.light("red"), world.screen()[2]]).toEqual([false, "Type your number"]);
    expect(await healthAtHub()).toMatchObject([{ kind: "health.fault" }, { kind: "health.recovered" }]);
  });
});

test("a box of other parts: a Matrix Orbital display, a disc on PWM, an RDM6300, no lights, keys in an order of its own", async () => {
  const usual = usualPlan({ keypad: "4x3" });
  await begin({
    plan: {
      ...usual,
      display: {
        driver: "matrix-orbital",
        size: { columns: 20, rows: 4 },
        path: "/dev/ttyUSB0",
        baudRate: 9600,
        contrast: 120,
      },
      keypad: {
        ...usual.keypad,
        layout: [
          ["7", "8", "9"],
          ["4", "5", "6"],
          ["1", "2", "3"],
          ["*", "0", "#"],
        ],
      },
      sounder: { driver: "pwm", pin: bcm(18), frequencyHz: 2700 },
      leds: null,
      reader: { driver: "rdm6300", path: "/dev/serial0", baudRate: 9600 },
    },
  });
  world.board.holdCard("0A0071D93E");
  await world.pass(1_000);
  expect(world.screen()[0]).toBe("Jan Novák");
  const before = world.ear.sounds(0).at(-1)?.number ?? 0;
  await world.type(JAN_PIN);
  await world.pass(1_000);
  expect(world.screen()[0]).toMatch(/^IN/);
  expect(heard(before).at(-1)).toBe("in");
  expect(await world.peopleIn()).toEqual(["Jan Novák"]);
});

describe("a card", () => {
  const JANS_CARD = "0A0071D93E";

  test("finds its person, who punches with a PIN as ever; the same card again is the next visit", async () => {
    await begin();
    world.board.holdCard(JANS_CARD);
    await world.pass(200);
    expect(world.screen().slice(0, 2)).toEqual(["Jan Novák", "PIN ____"]);
    await world.type(JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
    await world.pass(2_000);
    world.board.holdCard(JANS_CARD);
    await world.pass(200);
    expect(world.screen().slice(0, 2)).toEqual(["Jan Novák", "PIN ____"]);
    expect(await world.peopleIn()).toEqual(["Jan Novák"]);
  });

  test("given at the hub is known at the terminal, without its owner's typing anything", async () => {
    await begin();
    world.board.holdCard("7");
    await world.pass(200);
    expect(world.screen()[0]).toBe("Card not known");
    const { context } = world.hub;
    const jana = (await listPeople(context.store.queries)).find(({ number }) => number === "1177");
    if (jana === undefined) throw new RangeError("the demo has no 1177");
    await setCard(context, HUB_ACTOR, jana.person, "7");
    await world.pass(5_000);
    world.board.holdCard("7");
    await world.pass(200);
    expect(world.screen()[0]).toBe("Jana Novak");
    expect(await world.kindsAtHub()).toEqual([]);
  });

  test("is read in the dark too, and lights the display", async () => {
    await begin({ dim: { afterMs: MINUTE_MS, level: "off" } });
    await world.pass(2 * MINUTE_MS);
    expect(world.board.backlight).toBe(false);
    world.board.holdCard(JANS_CARD);
    await world.pass(200);
    expect(world.board.backlight).toBe(true);
  });
});

describe("an idle terminal", () => {
  test("wakes less than 0.1 times a second, link and all", async () => {
    await begin();
    await world.pass(5 * MINUTE_MS);
    const { scheduler } = world;
    const after = scheduler.after.bind(scheduler);
    const wokenMs = new Set<number>();
    vi.spyOn(scheduler, "after").mockImplementation((delayMs, run) =>
      after(delayMs, () => {
        // What runs within a millisecond of another is one wake-up of a real process.
        wokenMs.add(Math.round(scheduler.nowMs()));
        run();
      }),
    );
    await world.pass(HALF_AN_HOUR_MS);
    const perSecond = wokenMs.size / (HALF_AN_HOUR_MS / 1_000);
    expect(wokenMs.size).toBeGreaterThan(0);
    expect(perSecond).toBeLessThan(0.1);
  });

  test("shows the minute as it changes", async () => {
    await begin();
    expect(world.screen()[0]).toMatch(/^06:02/);
    await world.pass(MINUTE_MS);
    expect(world.screen()[0]).toMatch(/^06:03/);
  });

  test("dims, and the first key lights it and counts", async () => {
    await begin({ dim: { afterMs: 10 * MINUTE_MS, level: "off" } });
    expect(world.board.backlight).toBe(true);
    await world.pass(11 * MINUTE_MS);
    expect(world.board.backlight).toBe(false);
    await world.type("1");
    expect(world.board.backlight).toBe(true);
    expect(world.screen()[0]).toContain("Number 1");
  });
});

describe("at night", () => {
  const night = { fromMinute: 6 * 60, toMinute: 6 * 60 + 10, volume: "off" } as const;

  test("the sounder is silent in the kiosk's local hours", async () => {
    await begin({ night });
    await world.type(JAN);
    expect(heard(0)).toEqual([]);
    await world.type("**");
    await world.pass(10 * MINUTE_MS);
    await world.type(JAN);
    await world.pass(1_000);
    expect(heard(0)).not.toEqual([]);
  });

  test("whoever stands before a dark display still hears what happens", async () => {
    await begin({ night, displayBus: "i2c" });
    world.board.connect("display", false);
    await world.pass(MINUTE_MS);
    await world.type(JAN);
    await world.pass(1_000);
    expect(heard(0)).not.toEqual([]);
  });
});
