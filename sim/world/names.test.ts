import { describe, expect, test } from "vitest";
import { HUB_ACTOR } from "../../hub/access.ts";
import { assignPerson } from "../../hub/kiosks/assign.ts";
import { addPerson } from "../../hub/people/people.ts";
import { World } from "./world.ts";

/** Names from the hub's page to the dots of the display, over the wire, the sealed roster and the chip's letters. */

const NAMES = [
  "Q",
  "W".repeat(200),
  "Anna Maria ".repeat(18).trim(),
  "שרה כהן",
  "مُحَمَّد",
  "\u202eanA\u202c Kovač",
  "👩🏽‍🔧 Ana",
  `A${"\u0301\u0323".repeat(60)}na`,
  "A\u200bn\u200ca\u200d Kovač",
  "Robert'); DROP TABLE people;--",
  "Иван Петров",
  "王小明",
];
const FIRST_NUMBER = 5_100;

describe.each([
  ["20x4", { columns: 20, rows: 4 }],
  ["16x2", { columns: 16, rows: 2 }],
] as const)("on a %s display", (_what, display) => {
  test("everyone is found by their number, is told apart at the prompt, and punches", async () => {
    const world = await World.create({ seed: 1, display });
    const { context } = world.hub;
    const pins: string[] = [];
    for (const [index, name] of NAMES.entries()) {
      const added = await addPerson(context, HUB_ACTOR, {
        name,
        email: null,
        role: "regular",
        language: null,
        moreTime: false,
        number: String(FIRST_NUMBER + index),
        pin: null,
        card: null,
      });
      pins.push(added.pin);
      await assignPerson(context, HUB_ACTOR, world.demo.kiosk, added.person);
    }
    await world.pass(1_000);
    for (const [index, name] of NAMES.entries()) {
      const number = String(FIRST_NUMBER + index);
      await world.type(number);
      const [top = ""] = world.screen();
      const isLatin = /\p{Script=Latin}/u.test(name);
      expect(top, name).toMatch(isLatin ? /^[?]?[ ]?\p{Script=Latin}/u : new RegExp(`${number}$`));
      expect(top.length).toBeLessThanOrEqual(display.columns);
      await world.type(pins[index] ?? "");
      expect(world.screen()[0], name).toMatch(/^IN/);
      await world.pass(15_000);
    }
    expect(world.board.violations).toBe(0);
    expect(await world.kindsAtHub()).toEqual(NAMES.map(() => "punch"));
  });
});
