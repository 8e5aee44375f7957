import { expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { assignPerson } from "../kiosks/assign.ts";
import { TestBox } from "../testing/box.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee } from "../testing/people.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { listPresences } from "./who-is-in.ts";

describeOnDatabases("who is in", (on) => {
  const DAY = { fromMs: TEST_WALL_MS - 6 * 3_600_000, toMs: TEST_WALL_MS + 18 * 3_600_000 };

  it("is told with the kiosk where they came in; of who is out, no kiosk", async () => {
    const { context } = on.hub;
    const bar = await aKiosk(on.hub, { name: "Westside Bar" });
    const kitchen = await aKiosk(on.hub, { name: "Kitchen" });
    const ana = await anAssignee(on.hub, bar.kiosk, { name: "Ana", number: "1001" });
    const jan = await anAssignee(on.hub, kitchen.kiosk, { name: "Jan", number: "1002" });
    await assignPerson(context, HUB_ACTOR, kitchen.kiosk, ana.person);
    const atBar = await TestBox.pair(on.hub, bar.kiosk);
    const inKitchen = await TestBox.pair(on.hub, kitchen.kiosk);
    await atBar.punch(ana.person, "in");
    await inKitchen.punch(jan.person, "in");
    await inKitchen.punch(jan.person, "out");
    const presences = await listPresences(context.store.queries, DAY, TEST_WALL_MS + 60_000);
    expect(presences.map((each) => [each.name, each.kioskName])).toEqual([
      ["Ana", "Westside Bar"],
      ["Jan", null],
    ]);
  });
});
