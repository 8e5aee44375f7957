import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeEvent, eventHash, receiptCode } from "../../protocol/chain.ts";
import { World } from "./world.ts";

/** product.md section 3, "Undo", "Double punch" and "Receipt", at the wall and at the hub. */
const JAN = "1038";
const JAN_PIN = "7306";

let world: World;
beforeEach(async () => {
  world = await World.create({ seed: 1 });
  await world.type(JAN + JAN_PIN);
});
afterEach(() => {
  expect(world.board.violations).toBe(0);
});

test("receipt: the code that # holds on the screen for 15 s is that of the event at the hub", async () => {
  await world.pass(1_000);
  await world.type("#");
  await world.pass(14_000);
  const shown = /\S+$/.exec(world.screen()[2] ?? "")?.[0] ?? "";
  const [text] = await world.textsAtHub();
  expect(shown.replace("-", "").toLowerCase()).toBe(receiptCode(eventHash(text ?? "")));
  await world.pass(1_000);
  expect(world.screen()[2]).toBe("Type your number");
});

describe("undo", () => {
  test("in the same 3 s asks for no PIN; both events stay, and the other action is offered", async () => {
    await world.pass(700);
    await world.type("*");
    expect(world.screen()).toEqual(["IN 06:02 undone", "Jan Novák", "1=OUT", "*=done"]);
    await world.type("1");
    expect(world.screen()[0]).toBe("OUT   06:02");
    await world.pass(5_000);
    expect(await world.kindsAtHub()).toEqual(["punch", "punch.undone", "punch"]);
  });

  test("survives a power cut right after the screen said so", async () => {
    world.setNetwork(false);
    await world.pass(700);
    await world.type("*");
    expect(world.screen()[0]).toBe("IN 06:02 undone");
    await world.powerOff();
    world.setNetwork(true);
    await world.powerOn();
    await world.pass(60_000);
    const kinds = (await world.textsAtHub()).map((text) => decodeEvent(text).kind);
    expect(kinds).toEqual(["punch", "punch.undone"]);
    expect(await world.peopleIn()).toEqual([]);
  });
});

describe("a double punch", () => {
  test("within 60 s is asked about, whatever was done to the wall clock meanwhile; a yes is marked", async () => {
    await world.pass(5_000);
    world.clock.setNtp(false);
    world.clock.step(3_600_000);
    await world.pass(40_000);
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[1]).toBe("1=OUT too  *=no");
    await world.type("1");
    await world.pass(5_000);
    const punches = (await world.textsAtHub())
      .map((text) => decodeEvent(text))
      .filter(({ kind }) => kind === "punch");
    expect(punches.map(({ payload }) => payload["again"])).toEqual([false, true]);
  });

  test("after an undo is none: who undid it may come in again at once", async () => {
    await world.pass(700);
    await world.type("**");
    await world.type(JAN + JAN_PIN);
    expect(world.screen()[0]).toBe("IN    06:02");
  });
});
