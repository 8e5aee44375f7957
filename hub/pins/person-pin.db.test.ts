import { expect, it } from "vitest";
import type { Kdf } from "../../protocol/seams.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import { TestBox } from "../testing/box.ts";
import { addTestPerson, type TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner, auditOf, refusal } from "../testing/people.ts";
import { listWaits } from "../tries/tries.ts";
import { MAX_PIN_EDITS, PIN_EDIT_WINDOW_MS } from "./edit-limit.ts";
import { proposePersonPin, savePersonPin, showPersonPin } from "./person-pin.ts";
import { listOpenRequests } from "./requests.ts";
import { isProposable } from "./rules.ts";
import { MAX_SLIPS, printPinSlips } from "./slips.ts";

const waitsOf = async (hub: TestHub, person: PersonId): Promise<unknown[]> =>
  (await listWaits(hub.context.store.queries, hub.wallClock.wallMs())).filter(
    (each) => each.person === person,
  );

describeOnDatabases("Edit PIN", (on) => {
  it("PIN rule 6: Generate proposes and stores nothing; Save stores; only the new PIN opens the profile", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person, pin: old, number } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    const { pin } = await proposePersonPin(context, owner, person);
    expect(isProposable(pin, 4, number)).toBe(true);
    await box.sync();
    expect(await box.try(person, old)).toBe("personal");
    expect(await savePersonPin(context, owner, person, pin)).toEqual({ isNew: true, warning: null });
    await box.sync();
    expect(await box.try(person, pin)).toBe("personal");
    expect(await box.try(person, old)).toBeNull();
  });

  it("PIN rule 6: Save checks again what Generate proposed", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub);
    const { pin } = await proposePersonPin(context, owner, person);
    await addTestPerson(on.hub, { pin, role: "admin" });
    await expect(savePersonPin(context, owner, person, pin)).rejects.toEqual(refusal("pin.clash-role"));
  });

  it("PIN rule 6: a change is one delta for one person at a terminal, and tells the kiosks concerned", async () => {
    const { context } = on.hub;
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    const heard: unknown[] = [];
    context.changes.listen((change) => void heard.push(change));
    await savePersonPin(context, owner, person, "4821");
    expect(heard).toEqual([{ topics: ["people", "requests"], rosters: [kiosk] }]);
    expect(await box.sync()).toMatchObject([{ type: "rosterDelta", upserts: [{ person }], removed: [] }]);
  });

  it("PIN rule 6: managers and others never see, type or generate PINs", async () => {
    const { context } = on.hub;
    const { person } = await addTestPerson(on.hub);
    for (const role of ["manager", "regular"] as const) {
      const actor = { person, role };
      const acts: (() => Promise<unknown>)[] = [
        () => proposePersonPin(context, actor, person),
        () => savePersonPin(context, actor, person, "4821"),
        () => showPersonPin(context, actor, person),
        () => printPinSlips(context, actor, [person]),
      ];
      for (const act of acts) await expect(act()).rejects.toEqual(refusal("access.admins-only"));
    }
  });

  it("PIN rule 7: a new PIN closes the request and ends the waits", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk);
    const box = await TestBox.pair(on.hub, kiosk);
    await box.tell({ kind: "pin.forgotten", person, payload: {} });
    await box.tell({ kind: "pin.forgotten", person, payload: {} });
    for (let count = 1; count <= 3; count += 1) {
      const waitMs = count === 3 ? 60_000 : 0;
      await box.tell({ kind: "pin.refused", person, payload: { count, waitMs } });
    }
    expect(await waitsOf(on.hub, person)).toMatchObject([
      { refusals: 3, waitUntilMs: on.hub.wallClock.wallMs() + 60_000 },
    ]);
    expect(await listOpenRequests(on.hub.context.store.queries)).toMatchObject([{ person, kiosk }]);
    await savePersonPin(on.hub.context, owner, person, "4821");
    expect(await listOpenRequests(on.hub.context.store.queries)).toEqual([]);
    expect(await waitsOf(on.hub, person)).toEqual([]);
    await box.sync();
    // The last of the five events, and all before it.
    expect(box.people.get(person)?.tries).toMatchObject({ clearedSeq: 5, elsewhere: 0 });
    await box.tell({ kind: "pin.forgotten", person, payload: {} });
    expect(await listOpenRequests(on.hub.context.store.queries)).toHaveLength(1);
  });

  it("PIN case 7: the same PIN saved again does nothing; an old one may be used again", async () => {
    const owner = await anOwner(on.hub);
    const { kiosk } = await aKiosk(on.hub);
    const { person } = await anAssignee(on.hub, kiosk, { pin: "4821" });
    const box = await TestBox.pair(on.hub, kiosk);
    await box.tell({ kind: "pin.forgotten", person, payload: {} });
    const before = await auditOf(on.hub, person);
    const saved = await savePersonPin(on.hub.context, owner, person, "4821");
    expect(saved).toEqual({ isNew: false, warning: null });
    expect(await auditOf(on.hub, person)).toEqual(before);
    expect(await box.sync()).toEqual([]);
    expect(await listOpenRequests(on.hub.context.store.queries)).toHaveLength(1);
    await savePersonPin(on.hub.context, owner, person, "7306");
    expect(await savePersonPin(on.hub.context, owner, person, "4821")).toMatchObject({ isNew: true });
  });

  it("PIN rule 8: a refusal says which rule, and nothing of the PIN or whose it is", async () => {
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { role: "admin" });
    const { person: other } = await addTestPerson(on.hub, { name: "Secret Sam", pin: "4821" });
    await aKiosk(on.hub, { name: "Hidden Bar", universalPin: "8062" });
    const save = (pin: string) =>
      savePersonPin(on.hub.context, owner, person, pin).catch((error: unknown) => error);
    for (const [pin, code] of [
      ["4821", "pin.clash-role"],
      ["8062", "pin.clash-universal"],
      ["1111", "pin.repeated"],
      ["482", "pin.length"],
    ] as const) {
      const error = await save(pin);
      expect(error).toEqual(refusal(code));
      expect(String(error)).not.toMatch(new RegExp(`${pin}|Sam|Hidden|${other}`));
    }
  });

  it("PIN rule 8: a non-admin's PIN that is a Universal PIN is stored with a warning", async () => {
    const owner = await anOwner(on.hub);
    await aKiosk(on.hub, { universalPin: "8062" });
    const { person } = await addTestPerson(on.hub);
    expect(await savePersonPin(on.hub.context, owner, person, "8062")).toEqual({
      isNew: true,
      warning: "pin.same-as-universal",
    });
    expect(await addTestPerson(on.hub, { pin: "8062" })).toMatchObject({ warning: "pin.same-as-universal" });
  });

  it("answers about clashes are an oracle: an admin types a named number of PINs an hour", async () => {
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { role: "admin" });
    await addTestPerson(on.hub, { pin: "4821" });
    const guess = () => savePersonPin(on.hub.context, owner, person, "4821");
    for (let edit = 0; edit < MAX_PIN_EDITS; edit += 1) {
      await expect(guess()).rejects.toEqual(refusal("pin.clash-role"));
    }
    await expect(guess()).rejects.toEqual(refusal("pin.too-many-edits"));
    on.hub.wallClock.set(on.hub.wallClock.wallMs() + PIN_EDIT_WINDOW_MS);
    await expect(guess()).rejects.toEqual(refusal("pin.clash-role"));
  });

  it("a PIN is shown to an admin who asks, audited each time", async () => {
    const owner = await anOwner(on.hub);
    const { person } = await addTestPerson(on.hub, { pin: "4821" });
    expect(await showPersonPin(on.hub.context, owner, person)).toEqual({ pin: "4821" });
    await showPersonPin(on.hub.context, owner, person);
    expect((await auditOf(on.hub, person)).filter((action) => action === "pin.shown")).toHaveLength(2);
  });

  it("PIN rule 3: slips say name, number and PIN, audited one by one, all or none", async () => {
    const owner = await anOwner(on.hub);
    const ana = await addTestPerson(on.hub, { name: "Ana", pin: "4821" });
    const jan = await addTestPerson(on.hub, { name: "Jan", pin: "7306" });
    expect(await printPinSlips(on.hub.context, owner, [jan.person, ana.person])).toEqual([
      { person: jan.person, name: "Jan", number: jan.number, pin: "7306" },
      { person: ana.person, name: "Ana", number: ana.number, pin: "4821" },
    ]);
    expect(await auditOf(on.hub, ana.person)).toContain("pin.slip-printed");
    const many = new Array<PersonId>(MAX_SLIPS + 1).fill(ana.person);
    await expect(printPinSlips(on.hub.context, owner, many)).rejects.toEqual(refusal("slips.too-many"));
  });

  it("PIN case 8: of two admins who save clashing PINs at the same moment one is refused", async () => {
    const owner = await anOwner(on.hub);
    const { person: ana } = await addTestPerson(on.hub, { role: "admin" });
    const { person: jan } = await addTestPerson(on.hub);
    // Two hubs on one database where it can be shared: nothing within a process keeps them apart.
    const other = on.isShared ? await on.openAnother() : on.hub;
    const together = barrier(2);
    const one = { ...on.hub.context, kdf: together(on.hub.context.kdf) };
    const two = { ...other.context, kdf: together(other.context.kdf) };
    const both = await Promise.allSettled([
      savePersonPin(one, owner, ana, "4821"),
      savePersonPin(two, owner, jan, "4821"),
    ]);
    expect(both.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = both.find((each) => each.status === "rejected");
    expect(refused?.reason).toEqual(refusal("pin.clash-role"));
    expect(await holdersOf(on.hub.context, "4821")).toBe(1);
  });

  it("PIN case 8: however many save clashing PINs at once, the rules hold at the end", async () => {
    const owner = await anOwner(on.hub);
    const contexts = [on.hub.context, on.isShared ? (await on.openAnother()).context : on.hub.context];
    const people = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const role = index % 2 === 0 ? "admin" : "regular";
        return addTestPerson(on.hub, { number: String(2000 + index), role });
      }),
    );
    const saved = await Promise.allSettled(
      people.map(({ person }, index) => {
        const context = contexts[index % 2];
        if (context === undefined) throw new RangeError("there are two");
        return savePersonPin(context, owner, person, "4821");
      }),
    );
    const roles = await on.hub.context.store.queries
      .selectFrom("people")
      .select("role")
      .where("pin_index", "=", on.hub.context.secrets.pins.index("4821"))
      .execute();
    expect(new Set(roles.map((row) => row.role)).size).toBe(1);
    const refused: unknown[] = saved
      .filter((each) => each.status === "rejected")
      .map((each): unknown => each.reason);
    for (const reason of refused) expect(reason).toEqual(refusal("pin.clash-role"));
    expect(refused).toHaveLength(8 - roles.length);
  });
});

/** A kdf each of whose first uses waits until `parties` are there: both have passed the first check by then. */
function barrier(parties: number): (kdf: Kdf) => Kdf {
  let arrived = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => void (open = resolve));
  return (kdf) => ({
    async derive(pin, salt) {
      arrived += 1;
      if (arrived >= parties) open();
      await opened;
      return kdf.derive(pin, salt);
    },
  });
}

async function holdersOf(context: HubContext, pin: string): Promise<number> {
  const rows = await context.store.queries
    .selectFrom("people")
    .select("id")
    .where("pin_index", "in", context.secrets.pins.indexes(pin))
    .execute();
  return rows.length;
}
