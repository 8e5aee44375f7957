import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { unassignPerson } from "../../hub/kiosks/assign.ts";
import { editKiosk } from "../../hub/kiosks/edit.ts";
import { saveUniversalPin } from "../../hub/kiosks/universal-pin.ts";
import { deactivatePerson } from "../../hub/people/activity.ts";
import { editPerson } from "../../hub/people/edit.ts";
import { listPeople } from "../../hub/people/people.ts";
import { savePersonPin } from "../../hub/pins/person-pin.ts";
import { liftWaits } from "../../hub/tries/lift.ts";
import { changePlan } from "../../hub/workspace/plan.ts";
import { changeWrongPinSettings, wrongPinSettings } from "../../hub/workspace/tries.ts";
import type { HubContext } from "../../hub/context.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { World } from "./world.ts";

/**
 * What an admin changes reaches the terminals concerned: within a second while the link is up, at the next link when it was
 * not. Each change is looked at as a person at the terminal would.
 */

const JAN = { number: "1038", pin: "7306" };
const JANKO = { number: "1302", pin: "6140" };
const STEFAN = { number: "1603" };
const UNIVERSAL_PIN = "8062";
const WRONG_PINS = ["1209", "2317", "3425"];
const NEW_PIN = "4593";
const SECOND_MS = 1_000;
/** The longest pause between tries to reach the hub, and the handshake. */
const NEXT_LINK_MS = 70_000;

let world: World;
beforeEach(async () => {
  world = await World.create({ seed: 1 });
});
afterEach(() => {
  expect(world.board.violations).toBe(0);
});

const context = (): HubContext => world.hub.context;

async function idOf(number: string): Promise<PersonId> {
  const people = await listPeople(context().store.queries);
  const found = people.find((each) => each.number === number);
  if (found === undefined) throw new RangeError(`nobody has number ${number}`);
  return found.person;
}

const top = (): string => world.screen()[0] ?? "";
const screen = (): string => world.screen().join("\n");

/** Types, looks at the top row, and goes home. */
async function seen(keys: string): Promise<string> {
  await world.type(keys);
  const row = top();
  await world.pass(15_000);
  return row;
}

/** Online: the change, one second, the look. Offline: the cable is out while it changes, and in again before the look. */
const WAYS = {
  "within a second": async (change: () => Promise<unknown>) => {
    await change();
    await world.pass(SECOND_MS);
  },
  "at the next link": async (change: () => Promise<unknown>) => {
    world.setNetwork(false);
    await world.pass(SECOND_MS);
    await change();
    await world.pass(SECOND_MS);
    world.setNetwork(true);
    await world.pass(NEXT_LINK_MS);
  },
} as const;

describe.each(Object.entries(WAYS))("%s", (_when, after) => {
  test("a changed PIN opens the profile, and the old one does not", async () => {
    const jan = await idOf(JAN.number);
    await after(() => savePersonPin(context(), HUB_ACTOR, jan, NEW_PIN));
    expect(await seen(JAN.number + JAN.pin)).toMatch(/^WRONG PIN/);
    expect(await seen(JAN.number + NEW_PIN)).toMatch(/^IN/);
  });

  test("a person who was removed is not found, and one who was deactivated neither", async () => {
    const jan = await idOf(JAN.number);
    const janko = await idOf(JANKO.number);
    await after(async () => {
      await unassignPerson(context(), HUB_ACTOR, world.demo.kiosk, jan);
      await deactivatePerson(context(), HUB_ACTOR, janko);
    });
    for (const { number } of [JAN, JANKO]) expect(await seen(number)).not.toMatch(/Jan|PIN/);
  });

  test("Requires PIN off: a key confirms; on again: the same PIN is asked for", async () => {
    const requirePin = (requiresPin: boolean) =>
      editKiosk(context(), HUB_ACTOR, world.demo.kiosk, { requiresPin });
    await after(() => requirePin(false));
    await world.type(JAN.number);
    expect(screen()).not.toContain("PIN");
    await world.type("#");
    expect(top()).toMatch(/^IN/);
    await world.pass(15_000);
    await after(() => requirePin(true));
    expect(await seen(JANKO.number + JANKO.pin)).toMatch(/^IN/);
  });

  test("a new Universal PIN serves, and the old one does not", async () => {
    await after(() => saveUniversalPin(context(), HUB_ACTOR, world.demo.kiosk, NEW_PIN));
    expect(await seen(JAN.number + UNIVERSAL_PIN)).toMatch(/^WRONG PIN/);
    expect(await seen(JAN.number + NEW_PIN)).toMatch(/^IN/);
  });

  test("who became an admin does not come in with the Universal PIN any more (PIN rule 5)", async () => {
    const stefan = await idOf(STEFAN.number);
    expect(await seen(STEFAN.number + UNIVERSAL_PIN)).toMatch(/^IN/);
    await world.pass(60_000);
    await after(() => editPerson(context(), HUB_ACTOR, stefan, { role: "admin" }));
    expect(await seen(STEFAN.number + UNIVERSAL_PIN)).toMatch(/^WRONG PIN/);
  });

  test("a plan without PINs turns Requires PIN off, and the wall says so (PIN rule 2)", async () => {
    await after(() => changePlan(context(), HUB_ACTOR, "free"));
    expect(screen()).toMatch(/PIN off/);
    await world.type(JAN.number);
    expect(screen()).not.toContain("PIN _");
  });

  test("a lifted wait ends, also for who stands before it", async () => {
    const jan = await idOf(JAN.number);
    await world.type(JAN.number + WRONG_PINS.join(""));
    expect(top()).toMatch(/^WAIT/);
    await world.pass(SECOND_MS);
    await after(() => liftWaits(context(), HUB_ACTOR, jan));
    if (top().startsWith("WAIT")) await world.type("*");
    expect(screen()).not.toContain("WAIT");
    await world.pass(30_000);
    expect(await seen(JAN.number + JAN.pin)).toMatch(/^IN/);
  });

  test("what wrong PINs cost: with no step left, the third begins no wait", async () => {
    const { tries, alarms } = await wrongPinSettings(context().store.queries);
    const waits = { steps: [], every: { fromRefusals: 8, waitMs: 60_000 } };
    await after(() => changeWrongPinSettings(context(), HUB_ACTOR, { tries: { ...tries, waits }, alarms }));
    await world.type(JAN.number + WRONG_PINS.join(""));
    expect(top()).toMatch(/^WRONG PIN/);
  });
});

test("a lift reaches who stands before the wait within a second, without a key", async () => {
  const jan = await idOf(JAN.number);
  await world.type(JAN.number + WRONG_PINS.join(""));
  expect(top()).toMatch(/^WAIT/);
  await world.pass(SECOND_MS);
  await liftWaits(context(), HUB_ACTOR, jan);
  await world.pass(SECOND_MS);
  expect(top()).not.toMatch(/^WAIT/);
  await world.type(JAN.pin);
  expect(top()).toMatch(/^IN/);
});
