import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { reportStolen } from "../../hub/terminals/stolen.ts";
import { listTerminals, type TerminalListing } from "../../hub/terminals/list.ts";
import { unpairTerminal } from "../../hub/terminals/unpair.ts";
import { World } from "./world.ts";

/** A terminal whose place at its hub is taken away, from the admin's act to the wall. */

const JAN = { number: "1038", pin: "7306" };
const SECOND_MS = 1_000;
const NEXT_LINK_MS = 70_000;

let world: World;
beforeEach(async () => {
  world = await World.create({ seed: 1 });
});
afterEach(() => {
  expect(world.board.violations).toBe(0);
});

async function terminals(): Promise<TerminalListing[]> {
  return listTerminals(world.hub.context.store.queries);
}

async function onlyTerminal(): Promise<TerminalListing["terminal"]> {
  const [only] = await terminals();
  if (only === undefined) throw new RangeError("no terminal is paired");
  return only.terminal;
}

const unpair = async (): Promise<void> => unpairTerminal(world.hub.context, HUB_ACTOR, await onlyTerminal());
const steal = async () => reportStolen(world.hub.context, HUB_ACTOR, await onlyTerminal());

function expectNothingLeft(before: World["identity"]): void {
  expect(world.screen().join(" ")).toMatch(/not paired/i);
  expect(world.daemon.ledger).toBeNull();
  expect(world.identity.paired).toBeNull();
  expect(world.identity.publicKey).not.toBe(before.publicKey);
}

describe.each([
  ["unpaired", unpair],
  ["reported stolen", steal],
])("a terminal that is %s", (_what, takeAway) => {
  test("shows that it is not paired within a second, forgets its keys, and asks the hub for nothing more", async () => {
    const before = world.identity;
    await takeAway();
    await world.pass(SECOND_MS);
    expectNothingLeft(before);
    const tried = world.connectionsTried;
    await world.type(JAN.number + JAN.pin);
    expectNothingLeft(before);
    await world.pass(10 * 60_000);
    expect(world.connectionsTried).toBe(tried);
  });

  test("hears of it at its next link when it was off, and forgets then", async () => {
    const before = world.identity;
    await world.powerOff();
    await takeAway();
    await world.powerOn();
    await world.pass(NEXT_LINK_MS);
    expectNothingLeft(before);
  });

  test("goes on punching while it cannot be told, and forgets when it is", async () => {
    const before = world.identity;
    world.setNetwork(false);
    await takeAway();
    await world.type(JAN.number + JAN.pin);
    expect(world.screen()[0]).toMatch(/^IN/);
    world.setNetwork(true);
    await world.pass(NEXT_LINK_MS);
    expectNothingLeft(before);
  });

  test("can be paired anew, as another terminal with a ledger of its own; the old one is there, whole", async () => {
    await world.type(JAN.number + JAN.pin);
    const old = world.identity.paired?.terminal;
    if (old === undefined) throw new RangeError("the terminal is paired");
    await takeAway();
    await world.pass(SECOND_MS);
    expect(world.durableEvents(old)).toBe(1);
    await world.powerOff();
    await world.powerOn();
    await world.pass(5_000);
    expect(world.screen()[2]).toBe("Type your number");
    const fresh = world.identity.paired?.terminal;
    expect(fresh).not.toBe(old);
    expect(world.durableEvents()).toBe(0);
    expect(world.durableEvents(old)).toBe(1);
    expect((await terminals()).map(({ standing }) => standing)).toContain("paired");
  });
});

test("an unpaired terminal hands in what it recorded while it was away; a stolen one's is kept out", async () => {
  for (const { takeAway, arrived } of [
    { takeAway: unpair, arrived: 1 },
    { takeAway: steal, arrived: 0 },
  ]) {
    world = await World.create({ seed: 2 });
    world.setNetwork(false);
    await world.type(JAN.number + JAN.pin);
    await takeAway();
    world.setNetwork(true);
    await world.pass(NEXT_LINK_MS);
    expect(world.identity.paired).toBeNull();
    expect(await world.kindsAtHub()).toEqual(Array.from({ length: arrived }, () => "punch"));
  }
});

test("after a theft the new PINs serve at the terminal that takes its place, and the old ones do not", async () => {
  const { issued } = await steal();
  await world.pass(SECOND_MS);
  await world.powerOff();
  await world.powerOn();
  await world.pass(5_000);
  await world.type(JAN.number + JAN.pin);
  expect(world.screen()[0]).toMatch(/^WRONG PIN/);
  const people = await world.hub.context.store.queries.selectFrom("people").selectAll().execute();
  const jan = people.find((each) => each.number === JAN.number);
  await world.type(issued.find(({ owner }) => owner === jan?.id)?.pin ?? "");
  expect(world.screen()[0]).toMatch(/^IN/);
});
