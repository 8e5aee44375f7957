import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kioskId, makeId, personId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { NO_PIN, type PeopleTable } from "./schema.ts";
import type { TestDatabase } from "../testing/databases.ts";
import type { HubStore } from "./store.ts";

/** What the hub relies on, whatever database is under it. */
export function describeHubStore(name: string, create: () => Promise<TestDatabase>): void {
  describe(`the hub's store on ${name}`, () => {
    const random = new SeededRandom(1);
    let database: TestDatabase;
    let store: HubStore;

    beforeEach(async () => {
      database = await create();
      store = await database.open();
    });
    afterEach(async () => {
      await store.close();
      await database.remove();
    });

    const person = (number: string): PeopleTable => ({
      id: makeId(personId, random),
      name: "Zoë Łukaszewska-Ștefan",
      email: null,
      number,
      role: "regular",
      language: null,
      more_time: 0,
      active: 1,
      created_ms: 1_795_000_000_000,
      card: null,
      ...NO_PIN,
    });

    it("gives back what was put in, accents and large numbers unharmed", async () => {
      const row = { ...person("1001"), created_ms: Number.MAX_SAFE_INTEGER };
      await store.queries.insertInto("people").values(row).execute();
      expect(await store.queries.selectFrom("people").selectAll().execute()).toEqual([row]);
    });

    it("keeps what was committed when it is opened again, and migrates nothing twice", async () => {
      await store.queries.insertInto("people").values(person("1001")).execute();
      await store.close();
      store = await database.open();
      expect(await store.queries.selectFrom("people").select("number").execute()).toEqual([
        { number: "1001" },
      ]);
    });

    it("undoes all of a transaction that fails", async () => {
      const failing = store.transaction(async (transaction) => {
        await transaction.insertInto("people").values(person("1001")).execute();
        throw new Error("changed its mind");
      });
      await expect(failing).rejects.toThrow("changed its mind");
      expect(await store.queries.selectFrom("people").selectAll().execute()).toEqual([]);
    });

    it("goes on after a transaction that failed", async () => {
      await store.queries.insertInto("people").values(person("1001")).execute();
      const clashing = store.transaction((transaction) =>
        transaction.insertInto("people").values(person("1001")).execute(),
      );
      await expect(clashing).rejects.toMatchObject({ code: "store.sql" });
      await store.queries.insertInto("people").values(person("1002")).execute();
      expect(await store.queries.selectFrom("people").select("number").orderBy("number").execute()).toEqual([
        { number: "1001" },
        { number: "1002" },
      ]);
    });

    it("runs transactions that were begun together one after the other", async () => {
      const order: string[] = [];
      const enter = (label: string): Promise<void> =>
        store.transaction(async (transaction) => {
          order.push(`${label} begins`);
          await transaction.selectFrom("people").selectAll().execute();
          await transaction.insertInto("people").values(person(label)).execute();
          order.push(`${label} ends`);
        });
      await Promise.all([enter("1"), enter("2"), enter("3")]);
      expect(order).toEqual(["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
    });

    it("refuses a reference to nothing", async () => {
      const dangling = store.queries
        .insertInto("kiosk_people")
        .values({
          kiosk: makeId(kioskId, random),
          person: makeId(personId, random),
          changed_revision: 1,
          access_revision: 1,
          removed: 0,
          leaving: 0,
        })
        .execute();
      await expect(dangling).rejects.toMatchObject({ code: "store.sql" });
    });

    it("refuses a card that someone active has, and leaves it to one who is not", async () => {
      const add = (number: string, active: 0 | 1): Promise<unknown> =>
        store.queries
          .insertInto("people")
          .values({ ...person(number), card: "0A00C4F2B1", active })
          .execute();
      await add("1001", 0);
      await add("1002", 1);
      await add("1003", 0);
      await expect(add("1004", 1)).rejects.toMatchObject({ code: "store.sql" });
    });

    it("refuses a second open forgot-PIN request of one person (PIN rule 7)", async () => {
      const someone = person("1001");
      await store.queries.insertInto("people").values(someone).execute();
      const kiosk = makeId(kioskId, random);
      await store.queries
        .insertInto("kiosks")
        .values({
          id: kiosk,
          name: "Westside Bar",
          requires_pin: 1,
          time_zone: "UTC",
          language: "en",
          break_enabled: 0,
          roster_revision: 1,
          settings_revision: 1,
          access_revision: 1,
          requires_pin_lapsed: 0,
          created_ms: 0,
          deleted_ms: null,
          deleted_name: null,
          ...NO_PIN,
        })
        .execute();
      const request = (id: string, closed: number | null): Promise<unknown> =>
        store.queries
          .insertInto("pin_requests")
          .values({ id, person: someone.id, kiosk, at_ms: 1, closed_ms: closed })
          .execute();
      await request("a", 5);
      await request("b", null);
      await expect(request("c", null)).rejects.toMatchObject({ code: "store.sql" });
    });
  });
}
