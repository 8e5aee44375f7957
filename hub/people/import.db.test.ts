import { expect, it } from "vitest";
import type { Kdf } from "../../protocol/seams.ts";
import { savePersonPin, showPersonPin } from "../pins/person-pin.ts";
import { isProposable } from "../pins/rules.ts";
import { MAX_PIN_EDITS } from "../pins/edit-limit.ts";
import { addTestPerson, type TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anOwner, auditOf, refusal } from "../testing/people.ts";
import type { Actor } from "../access.ts";
import { importPeople, ImportRefused, MAX_PROBLEMS_TOLD } from "./import.ts";
import { listPeople } from "./people.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

async function problemsOf(hub: TestHub, actor: Actor, text: string): Promise<ImportRefused["problems"]> {
  const refused: unknown = await importPeople(hub.context, actor, utf8(text)).catch(
    (error: unknown) => error,
  );
  if (refused instanceof ImportRefused) return refused.problems;
  throw refused;
}

const count = async (hub: TestHub): Promise<number> => (await listPeople(hub.context.store.queries)).length;

describeOnDatabases("importing people", (on) => {
  it("PIN rule 3: takes a whole file, with PINs and numbers for those who have none", async () => {
    const owner = await anOwner(on.hub);
    const heard: unknown[] = [];
    on.hub.context.changes.listen((change) => void heard.push(change));
    const imported = await importPeople(
      on.hub.context,
      owner,
      utf8(
        "\ufeffName,E-mail\r\n".replace("E-mail", "email,number,role,language,pin") +
          '"Kovač, Ana",ana@example.org,2001,manager,hr,0482\r\n' +
          "Jan Novák,,,,,\r\n" +
          '"José ""Pepe"" García",,1500,,es,\r\n',
      ),
    );
    expect(imported).toMatchObject([
      { line: 2, name: "Kovač, Ana", number: "2001", pin: "0482", warning: null },
      { line: 3, name: "Jan Novák", number: "2002" },
      { line: 4, name: 'José "Pepe" García', number: "1500" },
    ]);
    for (const { pin, number } of imported.slice(1)) expect(isProposable(pin, 4, number)).toBe(true);
    expect(await listPeople(on.hub.context.store.queries)).toHaveLength(4);
    const ana = imported[0]?.person;
    if (ana === undefined) throw new Error("nobody was imported");
    expect(await showPersonPin(on.hub.context, owner, ana)).toEqual({ pin: "0482" });
    expect(await auditOf(on.hub, ana)).toContain("person.imported");
    expect(heard).toEqual([{ topics: ["people"], rosters: [] }]);
  });

  it("PIN case 5: 482 where 4 digits are due is refused, naming the lost zero and not the PIN", async () => {
    const owner = await anOwner(on.hub);
    const problems = await problemsOf(on.hub, owner, "name,pin\nAna,482\nJan,7306\n");
    expect(problems).toMatchObject([{ line: 2, column: "pin", code: "pin.lost-zero" }]);
    expect(problems[0]?.message).toContain("leading zero");
    expect(problems[0]?.message).not.toContain("482");
    expect(await count(on.hub)).toBe(1);
  });

  it("PIN case 5: a clash inside the file: nothing is applied, both lines are named", async () => {
    const owner = await anOwner(on.hub);
    const text = "name,role,pin\nAna,admin,4821\nJan,regular,7306\nEva,regular,4821\n";
    const problems = await problemsOf(on.hub, owner, text);
    expect(problems).toMatchObject([
      { line: 2, column: "pin", code: "pin.clash-role" },
      { line: 4, column: "pin", code: "pin.clash-role" },
    ]);
    expect(problems[0]?.message).toContain("line 4");
    expect(problems[1]?.message).toContain("line 2");
    expect(JSON.stringify(problems)).not.toContain("4821");
    expect(await count(on.hub)).toBe(1);
  });

  it("PIN rule 8: clashes with people and kiosks that are here are named by the rule", async () => {
    const owner = await anOwner(on.hub);
    await addTestPerson(on.hub, { name: "Secret Sam", pin: "4821", number: "3000" });
    await aKiosk(on.hub, { universalPin: "8062" });
    const text = "name,number,role,pin\nAna,2001,admin,4821\nJan,3000,admin,8062\nEva,,regular,2958\n";
    const problems = await problemsOf(on.hub, owner, text);
    expect(problems.map((each) => [each.line, each.column, each.code])).toEqual([
      [2, "pin", "pin.clash-role"],
      [3, "number", "person.number-taken"],
      [3, "pin", "pin.clash-universal"],
    ]);
    expect(JSON.stringify(problems)).not.toContain("Sam");
    const [eva] = await importPeople(on.hub.context, owner, utf8("name,pin\nEva,8062\n"));
    expect(eva?.warning).toBe("pin.same-as-universal");
  });

  it("tells every problem at once, by line and column, up to a named number", async () => {
    const owner = await anOwner(on.hub);
    const text = [
      "name,email,number,role,language,pin",
      ",nobody,12,boss,xx,1111",
      "Ana,,2001,,,",
      "Jan,,2001,,,12a4",
      "Eva,,",
      `${"x".repeat(201)},,,,,`,
    ].join("\n");
    const problems = await problemsOf(on.hub, owner, text);
    expect(problems.map((each) => [each.line, each.column, each.code])).toEqual([
      [2, "name", "import.name"],
      [2, "email", "import.email"],
      [2, "number", "import.number"],
      [2, "role", "import.role"],
      [2, "language", "import.language"],
      [2, "pin", "pin.repeated"],
      [4, "pin", "pin.length"],
      [5, null, "import.fields"],
      [6, "name", "import.name"],
    ]);
    const many = `name\n${`${"x".repeat(201)}\n`.repeat(MAX_PROBLEMS_TOLD + 5)}`;
    const refused: unknown = await importPeople(on.hub.context, owner, utf8(many)).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: "import.refused", untold: 5 });
    expect(await count(on.hub)).toBe(1);
  });

  it("a number that stands twice in the file names both lines", async () => {
    const owner = await anOwner(on.hub);
    const problems = await problemsOf(on.hub, owner, "name,number\nAna,2001\nJan,2002\nEva,2001\n");
    expect(problems).toMatchObject([
      { line: 2, column: "number", code: "person.number-taken" },
      { line: 4, column: "number", code: "person.number-taken" },
    ]);
    expect(problems[0]?.message).toContain("line 4");
  });

  it("PIN case 8: what others take while it runs is chosen again, or told", async () => {
    const owner = await anOwner(on.hub);
    const context = (taken: string): typeof on.hub.context => ({
      ...on.hub.context,
      kdf: interfering(on.hub, taken),
    });
    const text = "name,role,pin\nAna,admin,4821\n";
    await expect(importPeople(context("4821"), owner, utf8(text))).rejects.toMatchObject({
      code: "import.refused",
      problems: [{ line: 2, column: "pin", code: "pin.clash-role" }],
    });
    expect(await count(on.hub)).toBe(2);
    const imported = await importPeople(context("1001"), owner, utf8("name\nJan\nEva\n"));
    expect(imported.map((each) => each.name)).toEqual(["Jan", "Eva"]);
    expect(new Set((await listPeople(on.hub.context.store.queries)).map((each) => each.number)).size).toBe(5);
  });

  it("a refused file counts as so many typed PINs as it was told about", async () => {
    const owner = await anOwner(on.hub);
    const pins = Array.from({ length: MAX_PIN_EDITS + 10 }, (_, index) => String(4000 + index));
    for (const pin of pins) await addTestPerson(on.hub, { pin });
    const file = utf8(`name,role,pin\n${pins.map((pin) => `Spy,admin,${pin}\n`).join("")}`);
    await expect(importPeople(on.hub.context, owner, file)).rejects.toEqual(refusal("import.refused"));
    await expect(importPeople(on.hub.context, owner, file)).rejects.toEqual(refusal("pin.too-many-edits"));
    const id = owner.person;
    if (id === null) throw new Error("the owner is a person");
    await expect(savePersonPin(on.hub.context, owner, id, "4821")).rejects.toEqual(
      refusal("pin.too-many-edits"),
    );
  });

  it("is for admins", async () => {
    const { person } = await addTestPerson(on.hub, { role: "manager" });
    const manager = { person, role: "manager" } as const;
    await expect(importPeople(on.hub.context, manager, utf8("name\nAna\n"))).rejects.toEqual(
      refusal("access.admins-only"),
    );
  });
});

/** A kdf during whose first use someone else is added with this PIN. */
function interfering(hub: TestHub, pin: string): Kdf {
  let isDue = true;
  return {
    async derive(given, salt) {
      if (isDue) {
        isDue = false;
        await addTestPerson(hub, { pin });
      }
      return hub.context.kdf.derive(given, salt);
    },
  };
}
