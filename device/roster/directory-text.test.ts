import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bootId, kioskId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import { language, role } from "../../protocol/roster.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { openTerminalStore } from "../ledger/store.ts";
import { encodeBucket, joinBuckets, readDirectory, readDirectoryInTurns } from "./directory-text.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";

const kiosk = {
  kiosk: makeId(kioskId, new SeededRandom(1)),
  name: "Westside Bar",
  requiresPin: true,
  pinLength: 4,
  numberLength: 4,
  timeZone: "Europe/Zagreb",
  language: "en",
  universalPin: null,
  tries: DEFAULT_TRY_SETTINGS,
} as const;

const person = fc.record({
  person: fc.integer({ min: 1 }).map((seed) => makeId(personId, new SeededRandom(seed))),
  number: fc.integer({ min: 0, max: 9999 }).map((number) => String(number).padStart(4, "0")),
  // A lone surrogate is no UTF-8 and cannot come over the wire or rest in SQLite.
  name: fc.string({ minLength: 1, maxLength: 200, unit: "binary" }).filter((name) => name.isWellFormed()),
  role: fc.constantFrom(...role.options),
  language: fc.constantFrom(null, ...language.options),
  moreTime: fc.boolean(),
  card: fc.option(fc.stringMatching(/^[0-9A-Z]{1,20}$/), { nil: undefined }),
});

describe("a directory as text", () => {
  test("gives back whatever people went into the store, by number", () => {
    const people = fc.uniqueArray(person, { maxLength: 230, selector: (each) => each.person });
    fc.assert(
      fc.property(people, (everybody) => {
        const random = new SeededRandom(1);
        const boot = { id: makeId(bootId, random), startedMs: 0 };
        const driver = openBetterSqlite3(":memory:");
        const store = openTerminalStore(driver, makeId(terminalId, random), boot, random, new Uint8Array(32));
        store.beginSnapshot({ revision: 1, includesSeq: 0, kiosk });
        store.addPage(
          1,
          everybody.map(({ card, ...each }) => ({
            ...each,
            ...(card === undefined ? {} : { card }),
            pin: null,
            presence: NEVER_PUNCHED,
          })),
          0,
        );
        store.commitSnapshot(1);
        const byNumber = everybody.toSorted(
          (one, other) => compare(one.number, other.number) || compare(one.person, other.person),
        );
        const read = readDirectory(store.directory());
        expect(read.people.map((entry, index) => ({ ...entry, card: byNumber[index]?.card }))).toEqual(
          byNumber,
        );
        const cards = everybody.flatMap(({ person, card }) => (card === undefined ? [] : [{ person, card }]));
        expect(read.cards).toHaveLength(cards.length);
        expect(read.cards).toEqual(expect.arrayContaining(cards));
        store.close();
      }),
    );
  });

  test("is read in turns, so that a key waits for a few hundred people at most", async () => {
    const random = new SeededRandom(1);
    const buckets = Array.from({ length: 23 }, (_, bucket) =>
      encodeBucket(
        Array.from({ length: 100 }, (_, index) => ({
          person: makeId(personId, random),
          number: String(9_999 - bucket * 100 - index).padStart(4, "0"),
          name: "Ana",
          role: "regular",
          language: null,
          moreTime: false,
        })),
      ),
    );
    let turns = 0;
    const read = await readDirectoryInTurns(joinBuckets(buckets), (run) => {
      turns += 1;
      setImmediate(run);
    });
    expect(turns).toBe(11);
    expect(read).toEqual(readDirectory(joinBuckets(buckets)));
  });

  test.each([
    "[1]",
    "[[],[],[],[],[]]",
    '[["a"],["1"],["Ana"],["boss"],[null],[0],[],[]]',
    '[["a"],["1"],["Ana"],["regular"],["xx"],[0],[],[]]',
    '[["a"],["1"],["Ana"],["regular"],[null],[2],[],[]]',
    '[["a","b"],["1"],["Ana","Jan"],["regular","regular"],[null,null],[0,0],[],[]]',
    '[["a"],[1],["Ana"],["regular"],[null],[0],[],[]]',
    '[["a"],["1"],["Ana"],["regular"],[null],[0],["a"],[]]',
    '[["a"],["1"],["Ana"],["regular"],[null],[0],["a"],[7]]',
    '[["a"],["1"],["Ana"],["regular"],[null],[0]]',
  ])("that is damaged is a coded error without a name in it: %s", (text) => {
    const read = (): unknown => readDirectory(joinBuckets([text]));
    expect(read).toThrow(expect.objectContaining({ code: "roster.damaged" }));
    expect(read).not.toThrow("Ana");
  });
});

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
