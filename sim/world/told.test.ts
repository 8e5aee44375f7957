import { afterEach, describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { commandTerminal } from "../../hub/terminals/command.ts";
import type { Command } from "../../protocol/messages.ts";
import { World } from "./world.ts";

/** What an admin has a terminal do from afar. */
const JAN = "1038";
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

let world: World;
afterEach(() => {
  expect(world.board.violations).toBe(0);
});

/** The admin's command; resolves to what the terminal answered. */
function tell(act: Exclude<Command["act"], "resend">): { readonly outcome: Promise<string> } {
  const terminal = world.identity.paired?.terminal;
  if (terminal === undefined) throw new RangeError("the terminal is not paired");
  const { context, host } = world.hub;
  return { outcome: commandTerminal(context, host.registry, HUB_ACTOR, terminal, { act }) };
}

describe("identify", () => {
  test.each([
    [{ columns: 20, rows: 4 }, ["This is the terminal", "Westside Bar"]],
    [{ columns: 16, rows: 2 }, ["Westside Bar"]],
  ] as const)(
    "on %o: the display says which one it is, it is heard, and a key ends it",
    async (display, rows) => {
      world = await World.create({ seed: 1, display });
      const { outcome } = tell("identify");
      await world.pass(3 * SECOND_MS);
      expect(await outcome).toBe("done");
      expect(world.screen().slice(0, rows.length)).toEqual(rows);
      expect(world.screen().join("").replaceAll(" ", "")).toContain(world.identity.paired?.terminal);
      expect(world.ear.sounds(0).at(-1)?.sound).toBe("here");
      await world.type(JAN);
      expect(world.screen()[0]).toBe("Jan Novák");
    },
  );

  test("leaves by itself", async () => {
    world = await World.create({ seed: 1 });
    const { outcome } = tell("identify");
    await world.pass(11 * SECOND_MS);
    expect(await outcome).toBe("done");
    expect(world.screen()[2]).toBe("Type your number");
  });

  test("waits for whoever is typing a PIN, and comes when they are through", async () => {
    world = await World.create({ seed: 1 });
    await world.type(`${JAN}73`);
    const { outcome } = tell("identify");
    await world.pass(SECOND_MS);
    expect(world.screen().slice(0, 2)).toEqual(["Jan Novák", "PIN ██__"]);
    await world.type("06");
    expect(world.screen()[0]).toMatch(/^IN/);
    await world.pass(3_500);
    expect(world.screen()[0]).toBe("This is the terminal");
    expect(await outcome).toBe("done");
  });

  test("gives up when somebody stays too long, and says so", async () => {
    world = await World.create({ seed: 1 });
    await world.type(JAN);
    const { outcome } = tell("identify");
    for (let second = 0; second < 9; second += 1) {
      await world.type("7*");
      await world.pass(SECOND_MS);
    }
    expect(await outcome).toBe("terminal.in-use");
    expect(world.screen()[0]).toBe("Jan Novák");
    await world.pass(11 * SECOND_MS);
    expect(world.screen()[2]).toBe("Type your number");
  });
});

test("restart: the terminal is back within seconds, with everything it had; whoever is at it is let through first", async () => {
  world = await World.create({ seed: 1 });
  await world.type(`${JAN}73`);
  const { outcome } = tell("restart");
  await world.pass(5 * SECOND_MS);
  expect(await outcome).toBe("done");
  await world.type("06");
  expect(world.screen()[0]).toMatch(/^IN/);
  const before = world.daemon;
  await world.pass(20 * SECOND_MS);
  expect(world.daemon).not.toBe(before);
  expect(world.screen()[2]).toBe("Type your number");
  await world.pass(MINUTE_MS);
  expect(await world.peopleIn()).toEqual(["Jan Novák"]);
});

test("unlock: durable, and told to the hub", async () => {
  world = await World.create({ seed: 1 });
  const { outcome } = tell("unlock");
  await world.pass(SECOND_MS);
  expect(await outcome).toBe("done");
  expect(await world.kindsAtHub()).toEqual(["wait.lifted"]);
});
