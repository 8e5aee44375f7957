import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { World } from "./world.ts";

/** A roster that the terminal cannot read any more: it comes anew, and nothing that was recorded is lost. */

const JAN = { number: "1038", pin: "7306" };
const JANKO = { number: "1302", pin: "6140" };
const NEXT_LINK_MS = 70_000;

let world: World;
beforeEach(async () => {
  world = await World.create({ seed: 1 });
});
afterEach(() => {
  expect(world.board.violations).toBe(0);
});

async function damaged(sql: string, network = true): Promise<void> {
  await world.type(JAN.number + JAN.pin);
  await world.powerOff();
  world.onCard((driver) => driver.exec(sql));
  world.setNetwork(network);
  await world.powerOn();
  await world.pass(NEXT_LINK_MS);
}

describe.each([
  ["its header", "UPDATE roster SET sealed = zeroblob(200)"],
  ["the list of people", "UPDATE directory SET sealed = zeroblob(200)"],
])("damage to %s", (_what, sql) => {
  test("is mended by the hub at the next link, and punching goes on from where it was", async () => {
    await damaged(sql);
    expect(world.screen()[2]).toBe("Type your number");
    await world.type(`${JAN.number}${JAN.pin}1`);
    expect(world.screen()[0]).toMatch(/^OUT/);
    await world.pass(5_000);
    expect(await world.kindsAtHub()).toEqual(["punch", "punch"]);
  });

  test("with the cable out stops punching, says so, and is mended when the cable is back", async () => {
    await damaged(sql, false);
    await world.type(JAN.number + JAN.pin);
    expect(world.screen().join(" ")).not.toMatch(/PIN|^IN/);
    world.setNetwork(true);
    await world.pass(NEXT_LINK_MS);
    await world.type(JANKO.number + JANKO.pin);
    expect(world.screen()[0]).toMatch(/^IN/);
  });
});

test("damage to people's own rows shows with the first of them, and is mended without anyone's doing", async () => {
  await damaged("UPDATE people SET sealed = zeroblob(200)");
  await world.type(JANKO.number);
  await world.pass(NEXT_LINK_MS);
  await world.type(JANKO.number + JANKO.pin);
  expect(world.screen()[0]).toMatch(/^IN/);
});
