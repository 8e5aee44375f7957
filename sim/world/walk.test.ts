import { afterEach, describe, expect, test } from "vitest";
import { World, type WorldOptions } from "./world.ts";

const JAN = "1038";
const JAN_PIN = "7306";
const WRONG_PIN = "1209";
const WRONG_PINS = [WRONG_PIN, "1210", "1211"] as const;
const MINUTE_MS = 60_000;

let world: World;
async function begin(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await World.create({ seed: 1, ...options });
  return world;
}

afterEach(() => {
  expect(world.board.violations).toBe(0);
});

describe("an employee at the terminal", () => {
  test("clocks in, and out an hour and a half later, and the hub has both", async () => {
    await begin();
    expect(world.screen()).toEqual([
      "06:02     Tue 24 Nov",
      "Westside Bar    ok 0",
      "Type your number",
      "*=by name  #=help",
    ]);
    await world.type(JAN);
    expect(world.screen()).toEqual(["Jan Novák", "PIN ____", "*=back", "#=Forgot your PIN?"]);
    await world.type(JAN_PIN);
    expect(world.screen()).toEqual(["IN    06:02", "Jan Novák", "Today 0:00", "*=undo  #=receipt"]);
    await world.pass(90 * MINUTE_MS);
    await world.type(`${JAN}${JAN_PIN}1`);
    expect(world.screen().slice(0, 3)).toEqual(["OUT   07:32", "Jan Novák", "Today 1:30"]);
    await world.pass(5_000);
    expect(world.screen()[2]).toBe("Type your number");
    expect(await world.kindsAtHub()).toEqual(["punch", "punch"]);
  });

  test("is found by the letters of a name, accents folded, and picked from the list", async () => {
    await begin();
    await world.type("*526");
    expect(world.screen()[0]).toBe("Name 526    3 people");
    await world.type("#");
    expect(world.screen()[2]).toContain("3 Janko Novak");
    await world.type("3");
    expect(world.screen()[0]).toBe("Janko Novak");
  });

  test("is refused with a wrong PIN, hears and sees it, and may try again", async () => {
    await begin();
    await world.type(JAN + WRONG_PIN);
    expect(world.screen()[0]).toMatch(/^WRONG PIN/);
    expect(world.screen()[2]).toBe("2 tries, then a wait");
    await world.pass(1_000);
    expect(world.ear.sounds(0).at(-1)?.sound).toBe("refused");
    await world.type(JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
  });

  test("waits a minute after three wrong PINs, power cut or not", async () => {
    await begin();
    await world.type(JAN + WRONG_PINS.join(""));
    expect(world.screen()[0]).toMatch(/^WAIT (1:00|0:59)/);
    await world.powerOff();
    await world.powerOn();
    await world.pass(2_000);
    await world.type(JAN);
    expect(world.screen()[0]).toMatch(/^WAIT/);
    await world.pass(61_000);
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
  });

  test("undoes a punch, and the hub counts it no more", async () => {
    await begin();
    await world.type(JAN + JAN_PIN);
    await world.pass(700);
    await world.type("*");
    expect(world.screen()[0]).toMatch(/undone/i);
    await world.pass(10_000);
    expect(world.screen()[2]).toBe("Type your number");
    expect(await world.kindsAtHub()).toEqual(["punch", "punch.undone"]);
    expect(await world.peopleIn()).toEqual([]);
  });

  test("is asked before a second punch within a minute", async () => {
    await begin();
    await world.type(JAN + JAN_PIN);
    await world.pass(5_000);
    await world.type(JAN + JAN_PIN);
    expect(world.screen().slice(0, 2)).toEqual(["IN 06:02 already", "1=OUT too  *=no"]);
  });

  test("who walks away is forgotten, and an abandoned PIN is no try", async () => {
    await begin();
    await world.type(`${JAN}730`);
    await world.pass(10_500);
    expect(world.screen()[2]).toBe("Type your number");
    expect((await world.status()).head.seq).toBe(0);
  });

  test.each([
    { display: { columns: 16, rows: 2 }, keypad: "4x3", displayBus: "gpio" },
    { display: { columns: 16, rows: 2 }, keypad: "4x4", displayBus: "i2c" },
    { display: { columns: 20, rows: 4 }, keypad: "4x3", displayBus: "i2c" },
    { display: { columns: 16, rows: 4 }, keypad: "4x4", displayBus: "gpio" },
    { display: { columns: 40, rows: 2 }, keypad: "4x3", displayBus: "i2c" },
  ] as const)(
    "does all that on $display.columns x $display.rows, keypad $keypad, $displayBus",
    async (options) => {
      await begin(options);
      await world.type(JAN + JAN_PIN);
      expect(world.screen()[0]).toMatch(/^IN +06:02/);
      await world.pass(2 * MINUTE_MS);
      await world.type(`${JAN}${JAN_PIN}1`);
      expect(world.screen()[0]).toMatch(/^OUT +06:04/);
      await world.pass(1_000);
      expect(await world.kindsAtHub()).toEqual(["punch", "punch"]);
    },
  );
});

describe("what goes wrong around the terminal", () => {
  test("with the hub off punching goes on, and everything arrives once when it is back", async () => {
    await begin();
    await world.stopHub();
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
    await world.pass(5_000);
    await world.type("11772958");
    await world.pass(5_000);
    expect(world.screen()[1]).toMatch(/off/);
    expect((await world.status()).unsent).toBe(2);
    await world.startHub();
    await world.pass(2 * MINUTE_MS);
    expect(await world.kindsAtHub()).toEqual(["punch", "punch"]);
    expect((await world.status()).unsent).toBe(0);
    expect(await world.peopleIn()).toEqual(["Jan Novák", "Jana Novak"]);
  });

  test("with the network cut in the middle nothing is lost or doubled", async () => {
    await begin();
    await world.type(JAN);
    world.setNetwork(false);
    await world.type(JAN_PIN);
    await world.pass(3 * MINUTE_MS);
    world.setNetwork(true);
    await world.pass(2 * MINUTE_MS);
    expect(await world.kindsAtHub()).toEqual(["punch"]);
  });

  test("a power cut at any moment after the screen said IN loses nothing", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      await begin({ seed });
      world.setNetwork(false);
      await world.type(JAN + JAN_PIN);
      expect(world.screen()[0]).toMatch(/^IN/);
      await world.powerOff();
      world.setNetwork(true);
      await world.powerOn();
      await world.pass(MINUTE_MS);
      expect(await world.kindsAtHub()).toEqual(["punch"]);
    }
  });

  test("no screen says IN before the punch is on disk", async () => {
    await begin();
    let shown: string | null = null;
    let durableWhenShown = false;
    world.board.chip.onChange(() => {
      if (shown !== null || !(world.screen()[0] ?? "").startsWith("IN")) return;
      shown = world.screen()[0] ?? "";
      durableWhenShown = world.durableEvents() === 1;
    });
    await world.type(JAN + JAN_PIN);
    expect(shown).not.toBeNull();
    expect(durableWhenShown).toBe(true);
  });
});

describe("a terminal switched off while it starts", () => {
  test.each([0, 1, 2, 3, 5, 8])("stays off (after %s turns)", async (turns) => {
    await begin();
    await world.powerOff();
    await world.powerOn();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await world.powerOff();
    const tried = world.connectionsTried;
    await world.pass(5 * MINUTE_MS);
    expect(world.connectionsTried).toBe(tried);
    await world.powerOn();
    await world.pass(MINUTE_MS);
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
  });
});

describe("a new terminal", () => {
  test("without its hub says so, takes no keys, and claims its identity when the hub is there", async () => {
    await begin({ network: false });
    expect(world.screen()[0]).toBe("Not paired yet");
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toBe("Not paired yet");
    world.setNetwork(true);
    await world.pass(2 * MINUTE_MS);
    expect(world.screen()[2]).toBe("Type your number");
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
  });

  test("keeps its identity over power cuts, without another token", async () => {
    await begin();
    const { store } = await world.status();
    await world.powerOff();
    await world.powerOn();
    await world.pass(MINUTE_MS);
    expect((await world.status()).store).toBe(store);
    expect(world.screen()[2]).toBe("Type your number");
  });
});

describe("a seed", () => {
  const story = async (seed: number): Promise<readonly string[]> => {
    const told = await begin({ seed });
    await told.type(JAN + WRONG_PIN + JAN_PIN);
    await told.powerOff();
    await told.powerOn();
    await told.pass(2 * MINUTE_MS);
    await told.type(`${JAN}${JAN_PIN}1`);
    await told.pass(MINUTE_MS);
    return [...(await told.textsAtHub()), String(told.scheduler.nowMs()), ...told.screen()];
  };

  test("replays to the byte", async () => {
    expect(await story(7)).toEqual(await story(7));
  });

  test("tells another story than another seed", async () => {
    expect(await story(7)).not.toEqual(await story(8));
  });
});
