import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import type { KioskId } from "../../protocol/ids.ts";
import { deactivatePerson } from "../people/activity.ts";
import { setWriteOnlyPins } from "../pins/write-only.ts";
import { addTestPerson, type TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, auditOf, refusal } from "../testing/people.ts";
import { exportAssignees } from "./export.ts";
import { deleteKiosk } from "./edit.ts";

/** A name as it may stand in a database that is older than the rules for names. */
async function anAssigneeNamed(hub: TestHub, kiosk: KioskId, name: string): Promise<void> {
  const { person } = await anAssignee(hub, kiosk);
  await hub.context.store.queries.updateTable("people").set({ name }).where("id", "=", person).execute();
}

describeOnDatabases("Export Assignees", (on) => {
  it("PIN rule 6: has the kiosk's active assignees with their PINs, by number", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    await anAssignee(on.hub, kiosk, { name: "Jan Novák", number: "1200", pin: "0730", role: "manager" });
    await anAssignee(on.hub, kiosk, { name: "Ana", number: "1100", pin: "4821", email: "ana@example.org" });
    const gone = await anAssignee(on.hub, kiosk, { number: "1300" });
    await deactivatePerson(on.hub.context, owner, gone.person);
    await addTestPerson(on.hub, { name: "Elsewhere" });
    expect(await exportAssignees(on.hub.context, owner, kiosk)).toEqual({
      csv:
        '\ufeff"Name","Number","E-mail","Role","PIN"\r\n' +
        '"Ana","1100","ana@example.org","regular","4821"\r\n' +
        '"Jan Novák","1200",,"manager","0730"\r\n',
      assignees: 2,
      unreadable: 0,
    });
    expect(await auditOf(on.hub, kiosk)).toContain("kiosk.assignees-exported");
  });

  it.each(["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\rx", '=cmd|"/C calc"!A1'])(
    "is safe in a spreadsheet: the name %j is text",
    async (name) => {
      const owner = await anOwner(on.hub);
      const { kiosk } = await aKiosk(on.hub);
      await anAssigneeNamed(on.hub, kiosk, name);
      const { csv } = await exportAssignees(on.hub.context, owner, kiosk);
      const rows = parse(csv, { bom: true, record_delimiter: "\r\n" });
      expect(rows[1]?.[0]).toBe(`'${name}`);
    },
  );

  it("keeps quotes, commas, line ends and every script as RFC 4180 says", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const names = [
      'Ana "the boss", Kovač',
      "two\r\nlines",
      "محمد",
      "👩‍🍳 Zoë",
      "Robert'); DROP TABLE people;--",
    ];
    for (const name of names) await anAssigneeNamed(on.hub, kiosk, name);
    const { csv } = await exportAssignees(on.hub.context, owner, kiosk);
    const rows = parse(csv, { bom: true, record_delimiter: "\r\n", from: 2 });
    expect(rows.map((row) => row[0])).toEqual(names);
  });

  it("leaves out what it cannot read, and says how many", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    await setWriteOnlyPins(on.hub.context, owner, true);
    await anAssignee(on.hub, kiosk);
    await setWriteOnlyPins(on.hub.context, owner, false);
    const { csv, unreadable } = await exportAssignees(on.hub.context, owner, kiosk);
    expect(unreadable).toBe(1);
    expect(csv).toMatch(/"regular",\r\n$/);
  });

  it("is for admins, and of kiosks that are there", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await addTestPerson(on.hub, { role: "manager" });
    await expect(exportAssignees(on.hub.context, { person, role: "manager" }, kiosk)).rejects.toEqual(
      refusal("access.admins-only"),
    );
    await deleteKiosk(on.hub.context, owner, kiosk);
    await expect(exportAssignees(on.hub.context, owner, kiosk)).rejects.toEqual(refusal("kiosk.unknown"));
  });
});
