import { afterEach, describe, expect, test } from "vitest";
import { World } from "./world.ts";

/** Wrong PINs at a whole terminal: keypad, display and disk on simulated chips, with the hub behind it. */

const JAN = "1038";
const JAN_PIN = "7306";
const WRONG_PINS = ["1209", "1210", "1211"] as const;
const MINUTE_MS = 60_000;

let world: World;

afterEach(() => {
  expect(world.board.violations).toBe(0);
});

async function kindsOfRefusals(): Promise<number> {
  return (await world.kindsAtHub()).filter((kind) => kind === "pin.refused").length;
}

describe("a wrong PIN at the wall", () => {
  test("is free when it is the same again, also after the plug was pulled", async () => {
    world = await World.create({ seed: 1 });
    const [first, second] = WRONG_PINS;
    await world.type(JAN + first);
    expect(world.screen()[2]).toBe("2 tries, then a wait");
    await world.type(first + first + first);
    expect(world.screen()[2]).toBe("2 tries, then a wait");
    await world.powerOff();
    await world.powerOn();
    await world.pass(5_000);
    await world.type(JAN + first);
    expect(world.screen()[0]).toMatch(/^WRONG PIN/);
    expect(world.screen()[2]).toBe("2 tries, then a wait");
    await world.type(second);
    expect(world.screen()[2]).toBe("1 try, then a wait");
    expect(await kindsOfRefusals()).toBe(2);
  });

  test("is on disk before the refusal is on the screen, with what makes it free", async () => {
    world = await World.create({ seed: 2 });
    let durableWhenShown: number | null = null;
    world.board.chip.onChange(() => {
      if (durableWhenShown === null && (world.screen()[0] ?? "").startsWith("WRONG"))
        durableWhenShown = world.durableEvents();
    });
    await world.type(JAN + WRONG_PINS[0]);
    expect(durableWhenShown).toBe(1);
  });

  test("sounds as a refusal each time, the free one too", async () => {
    world = await World.create({ seed: 3 });
    await world.type(JAN + WRONG_PINS[0]);
    await world.pass(1_000);
    const once = world.ear.sounds(0).filter(({ sound }) => sound === "refused").length;
    await world.type(WRONG_PINS[0]);
    await world.pass(1_000);
    expect(world.ear.sounds(0).filter(({ sound }) => sound === "refused")).toHaveLength(once + 1);
  });

  test("PIN rule 7: leaves Forgot open during the wait it begins, offline too, and the hub is told later", async () => {
    world = await World.create({ seed: 4 });
    await world.stopHub();
    await world.type(JAN + WRONG_PINS.join(""));
    expect(world.screen()[0]).toMatch(/^WAIT/);
    await world.pass(5_000);
    await world.type("##");
    expect(world.screen()[2]).toBe("when the hub is back");
    await world.startHub();
    await world.pass(2 * MINUTE_MS);
    expect(await world.kindsAtHub()).toEqual(["pin.refused", "pin.refused", "pin.refused", "pin.forgotten"]);
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toMatch(/^IN/);
  });
});
