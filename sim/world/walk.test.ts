import { describe, expect, test } from "vitest";
import { decodeEvent } from "../../protocol/chain.ts";
import { listPresences } from "../../hub/punches/who-is-in.ts";
import { dayAt, dayBounds } from "../../hub/punches/days.ts";
import { World } from "./world.ts";

const JAN = "1038";
const JAN_PIN = "7306";

async function atHub(world: World): Promise<readonly { kind: string; person: string | null }[]> {
  const rows = await world.hub.context.store.queries
    .selectFrom("events")
    .select("text")
    .orderBy("seq")
    .execute();
  return rows.map(({ text }) => decodeEvent(text));
}

describe("the walk, in the seeded world", () => {
  test("an employee clocks in and out, and the hub has it", async () => {
    const world = await World.create({ seed: 1 });
    expect(world.screen()).toEqual([
      "06:02     Tue 24 Nov",
      "Westside Bar    ok 0",
      "Type your number",
      "*=by name  #=help",
    ]);
    await world.type(JAN);
    expect(world.screen()[1]).toContain("PIN ____");
    await world.type(JAN_PIN);
    expect(world.screen()).toEqual(["IN    06:02", "Jan Novák", "Today 0:00", "*=undo  #=receipt"]);
    await world.pass(3_600_000 + 1_800_000);
    await world.type(JAN + JAN_PIN);
    await world.type("1");
    expect(world.screen().slice(0, 3)).toEqual(["OUT   07:32", "Jan Novák", "Today 1:30"]);
    await world.pass(5_000);
    expect(world.screen()[2]).toBe("Type your number");
    expect((await atHub(world)).map(({ kind }) => kind)).toEqual(["punch", "punch"]);
  });
});
