import { expect, test } from "vitest";
import { World } from "./world.ts";

const JAN = "1038";
const JAN_PIN = "7306";

test("a punch goes through while the display hangs, and the screen is right when it is back", async () => {
  const world = await World.create({ seed: 1, displayBus: "i2c" });
  world.board.i2c.holdDown(true);
  await world.type(JAN + JAN_PIN);
  await world.pass(1_000);
  expect(await world.kindsAtHub()).toContain("punch");
  world.board.i2c.holdDown(false);
  await world.pass(60_000);
  expect(world.screen()[2]).toBe("Type your number");
  expect(world.board.violations).toBe(0);
});
