import fc from "fast-check";
import { expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { createKiosk } from "../kiosks/kiosks.ts";
import { TestBox } from "../testing/box.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { addTestPerson, NEW_PERSON } from "../testing/hub.ts";
import { aKiosk, anAssignee, refusal } from "../testing/people.ts";
import { editPerson } from "./edit.ts";
import { importPeople } from "./import.ts";
import { addPerson, listPeople } from "./people.ts";

const READABLE = [
  "Q",
  "W".repeat(200),
  "שרה כהן",
  "مُحَمَّد",
  "\u202eanA\u202c",
  "👩🏽‍🔧",
  `A${"\u0301\u0323".repeat(60)}na`,
  "A\u200bn\u200da",
  "Robert'); DROP TABLE people;--",
  `%_'"\\\`$1?:1{{7*7}}<b>`,
  "=HYPERLINK(1)",
  "王小明",
];
const UNREADABLE = [
  "",
  "W".repeat(201),
  "   ",
  "\u200b\u200d",
  "\u0301",
  "Ana\u0000",
  "A\u0007na",
  "Ana\nKovač",
  "Ana \ud83d",
];

describeOnDatabases("Names", (on) => {
  it("that someone can read are kept letter for letter, up to the terminal", async () => {
    const { kiosk } = await aKiosk(on.hub);
    const wanted = new Map<string, string>();
    for (const name of READABLE) wanted.set((await anAssignee(on.hub, kiosk, { name })).person, name);
    const box = await TestBox.pair(on.hub, kiosk);
    expect(new Map([...box.people.values()].map(({ person, name }) => [person, name]))).toEqual(wanted);
    const listed = await listPeople(on.hub.context.store.queries);
    expect(new Map(listed.map(({ person, name }) => [person, name]))).toEqual(wanted);
  });

  it("that nobody can are refused with what would be right: people added, edited and imported, and kiosks", async () => {
    const { context } = on.hub;
    const { person } = await addTestPerson(on.hub);
    const kiosk = {
      requiresPin: true,
      timeZone: "UTC",
      language: "en",
      breakEnabled: false,
      universalPin: null,
    } as const;
    for (const name of UNREADABLE) {
      const refused = refusal("person.name");
      await expect(addPerson(context, HUB_ACTOR, { ...NEW_PERSON, name }), name).rejects.toEqual(refused);
      await expect(editPerson(context, HUB_ACTOR, person, { name }), name).rejects.toEqual(refused);
      await expect(createKiosk(context, HUB_ACTOR, { ...kiosk, name }), name).rejects.toEqual(
        refusal("kiosk.name"),
      );
    }
    for (const name of ["\u200b\u200d", "\u0301", "Ana\u0000", "A\u0007na"]) {
      const file = Buffer.from(`name\n"${name}"\nJan\n`);
      await expect(importPeople(context, HUB_ACTOR, file), name).rejects.toEqual(refusal("import.refused"));
    }
    expect(await listPeople(context.store.queries)).toHaveLength(1);
  });

  it("of any letters are either kept as they are or refused as a name, and nothing breaks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), async (name) => {
        try {
          const { person } = await addTestPerson(on.hub, { name });
          const listed = await listPeople(on.hub.context.store.queries);
          expect(listed.find((each) => each.person === person)?.name).toBe(name);
        } catch (error) {
          expect(error).toEqual(refusal("person.name"));
        }
      }),
      { numRuns: 30 },
    );
  });
});
