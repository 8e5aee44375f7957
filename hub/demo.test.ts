import { describe, expect, it } from "vitest";
import { createDemo, isDemoUnfinished } from "./demo.ts";
import { listKiosks } from "./kiosks/kiosks.ts";
import { listPeople } from "./people/people.ts";
import { openTestHub } from "./testing/hub.ts";

describe("the demo", () => {
  it("has 12 people of all four roles at one kiosk", async () => {
    const hub = await openTestHub("demo");
    const people = await listPeople(hub.context.store.queries);
    expect(people).toHaveLength(12);
    expect(new Set(people.map((each) => each.role)).size).toBe(4);
    const [kiosk] = await listKiosks(hub.context.store.queries);
    expect(kiosk).toMatchObject({ name: "Westside Bar", requiresPin: true });
    expect(kiosk?.assignees).toHaveLength(12);
    await hub.core.close();
  });

  it("is finished by the next start when the first was cut short", async () => {
    const hub = await openTestHub("demo");
    const { queries } = hub.context.store;
    const [latest] = (await listPeople(queries)).slice(-1);
    if (latest === undefined) throw new Error("nobody is there");
    await queries.deleteFrom("audit").execute();
    await queries.deleteFrom("kiosk_people").where("person", "=", latest.person).execute();
    await queries.deleteFrom("people").where("id", "=", latest.person).execute();
    expect(await isDemoUnfinished(hub.context)).toBe(true);
    await createDemo(hub.context, "UTC");
    expect((await listPeople(queries)).at(-1)).toMatchObject({ name: latest.name, number: latest.number });
    expect((await listKiosks(queries))[0]?.assignees).toHaveLength(12);
    expect(await isDemoUnfinished(hub.context)).toBe(false);
    await hub.core.close();
  });
});
