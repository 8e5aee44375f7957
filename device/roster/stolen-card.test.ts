import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bootId, kioskId, makeId, personId, terminalId, type PersonId } from "../../protocol/ids.ts";
import { MAX_PEOPLE_PER_KIOSK } from "../../protocol/limits.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { KioskSettings, RosterPerson } from "../../protocol/roster.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { encodeVerifier } from "../../protocol/verifier.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { openTerminalStore, type TerminalStore } from "../ledger/store.ts";
import { readDirectory } from "./directory-text.ts";

/** Who has the card and not the terminal key. */

const random = new SeededRandom(1);
const KEY = random.bytes(32);
const OTHER_KEY = random.bytes(32);
const terminal = makeId(terminalId, random);
const boot = { id: makeId(bootId, random), startedMs: 0 };

const kiosk: KioskSettings = {
  kiosk: makeId(kioskId, random),
  name: "Westside Bar",
  requiresPin: true,
  pinLength: 4,
  numberLength: 8,
  timeZone: "Europe/Zagreb",
  language: "en",
  universalPin: encodeVerifier(random.bytes(16), random.bytes(32)),
  tries: DEFAULT_TRY_SETTINGS,
};

function person(index: number, given: Partial<RosterPerson> = {}): RosterPerson {
  return {
    person: makeId(personId, random),
    number: String(70_310_000 + index),
    name: `Bartholomew ${index}`,
    role: "manager",
    language: "hr",
    moreTime: false,
    card: `CARD4711X${index}`,
    pin: encodeVerifier(random.bytes(16), random.bytes(32)),
    presence: NEVER_PUNCHED,
    ...given,
  };
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "punchbox-card-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const open = (key = KEY): TerminalStore =>
  openTerminalStore(openBetterSqlite3(join(folder, "a.db")), terminal, boot, random, key);

/** All bytes of all files: database, write-ahead log, shared memory. */
const cardBytes = (): Buffer =>
  Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));

function fill(store: TerminalStore, people: readonly RosterPerson[]): void {
  store.beginSnapshot({ revision: 1, includesSeq: 0, kiosk });
  for (let first = 0; first < people.length; first += 100) {
    store.addPage(1, people.slice(first, first + 100), 5);
  }
  store.commitSnapshot(1);
}

/** What must not be readable of people, in every form it could have. */
function tellTales(people: readonly RosterPerson[]): Buffer[] {
  const verifiers = [kiosk.universalPin, ...people.map(({ pin }) => pin)].flatMap((pin) =>
    pin === null ? [] : [pin.salt, pin.verifier],
  );
  return [
    ...[kiosk.name, kiosk.timeZone, "Bartholomew", "manager", "CARD4711X", "7031"].map((text) =>
      Buffer.from(text),
    ),
    ...people.map(({ name }) => Buffer.from(name)),
    ...verifiers.flatMap((text) => [Buffer.from(text), Buffer.from(text, "base64")]),
  ];
}

const found = (people: readonly RosterPerson[]): string[] => {
  const bytes = cardBytes();
  return tellTales(people)
    .filter((tale) => bytes.includes(tale))
    .map((tale) => tale.toString());
};

const punch = (id: PersonId, store: TerminalStore): void => {
  store.record(
    { kind: "punch", person: id, payload: { action: "in", auth: "personal", was: "out", again: false } },
    {
      boot: boot.id,
      monotonicMs: 1,
      wallMs: 1_790_000_000_000,
      offsetMinutes: 60,
      clock: "set",
      nonce: "0123456789abcdef",
    },
  );
};

describe("a stolen card without the terminal key", () => {
  test("says no name, number, card, role, kiosk or verifier, after snapshots, changes and a wipe", () => {
    const people = Array.from({ length: 230 }, (_, index) => person(index));
    const [first, second] = people;
    if (first === undefined || second === undefined) throw new RangeError("there are people");
    const store = open();
    fill(store, people);
    punch(first.person, store);
    expect(cardBytes().includes(first.person)).toBe(true);
    expect(found(people)).toEqual([]);
    const renamed = { ...first, name: "Bartholomew the second" };
    const later = person(900);
    store.applyDelta(
      { from: 1, to: 2, includesSeq: 1, upserts: [renamed, later], removed: [second.person] },
      9,
    );
    expect(store.person(later.person)?.entry.name).toBe(later.name);
    expect(found([...people, renamed, later])).toEqual([]);
    fill(store, [...people, later]);
    store.wipeRoster();
    expect(found([...people, renamed, later])).toEqual([]);
    store.close();
    expect(found([...people, renamed, later])).toEqual([]);
  });

  test("opens nowhere under another key; that roster is gone then, and the punches are not", () => {
    const people = [person(1), person(2)];
    const store = open();
    fill(store, people);
    punch(people[0]?.person ?? makeId(personId, random), store);
    store.close();
    for (const read of [
      (other: TerminalStore): unknown => other.status(),
      (other: TerminalStore): unknown => other.directory(),
      (other: TerminalStore): unknown => other.person(people[0]?.person ?? makeId(personId, random)),
    ]) {
      const again = open();
      fill(again, people);
      again.close();
      const other = open(OTHER_KEY);
      expect(() => read(other)).toThrow(expect.objectContaining({ code: "roster.sealed" }));
      expect(other.status()).toMatchObject({ roster: null, head: { seq: 1 }, unsent: 1 });
      expect(readDirectory(other.directory()).people).toEqual([]);
      other.close();
    }
  });

  test.each(["roster", "directory", "people"])(
    "cannot be given a changed row of table %s: the roster is asked for anew",
    (table) => {
      const people = [person(1), person(2)];
      const store = open();
      fill(store, people);
      store.close();
      const driver = openBetterSqlite3(join(folder, "a.db"));
      const [row] = driver.prepare(`SELECT sealed FROM ${table}`).all([]);
      const sealed = row?.["sealed"];
      if (!(sealed instanceof Uint8Array)) throw new RangeError("rows are sealed");
      sealed[20] = (sealed[20] ?? 0) ^ 1;
      driver.prepare(`UPDATE ${table} SET sealed = ?`).run([sealed]);
      driver.close();
      const again = open();
      const readAll = (): void => {
        again.status();
        again.directory();
        for (const { person: id } of people) again.person(id);
      };
      expect(readAll).toThrow(expect.objectContaining({ code: "roster.sealed" }));
      expect(again.status().roster).toBeNull();
      again.close();
    },
  );

  test("cannot be given one person's row under another's id", () => {
    const [ana, jan] = [person(1), person(2)];
    const store = open();
    fill(store, [ana, jan]);
    store.close();
    const driver = openBetterSqlite3(join(folder, "a.db"));
    driver
      .prepare("UPDATE people SET sealed = (SELECT sealed FROM people WHERE person = ?) WHERE person = ?")
      .run([ana.person, jan.person]);
    driver.close();
    expect(() => open().person(jan.person)).toThrow(expect.objectContaining({ code: "roster.sealed" }));
  });
});

describe("a roster that is damaged", () => {
  test("lets nothing be recorded half: who cannot be read is refused before their event is on disk", () => {
    const ana = person(1);
    const store = open();
    fill(store, [ana]);
    const driver = openBetterSqlite3(join(folder, "a.db"));
    driver.exec("UPDATE people SET sealed = zeroblob(100)");
    driver.close();
    expect(() => punch(ana.person, store)).toThrow(expect.objectContaining({ code: "roster.sealed" }));
    expect(store.status()).toMatchObject({ head: { seq: 0 }, roster: null });
    store.close();
  });
});

describe("a card of software that did not seal", () => {
  /** Tables as schema 3 had them, with someone removed and someone there. */
  function plainCard(): void {
    const driver = openBetterSqlite3(join(folder, "a.db"));
    driver.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE store (only_row INTEGER PRIMARY KEY, store_id TEXT NOT NULL, acked_seq INTEGER NOT NULL DEFAULT 0) STRICT;
      CREATE TABLE events (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, person TEXT, hash TEXT NOT NULL, text TEXT NOT NULL) STRICT;
      CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;
      CREATE TABLE roster (only_row INTEGER PRIMARY KEY, revision INTEGER NOT NULL, includes_seq INTEGER NOT NULL, kiosk TEXT NOT NULL) STRICT;
      CREATE TABLE people (person TEXT PRIMARY KEY, number TEXT NOT NULL, name TEXT NOT NULL, verifier TEXT, presence TEXT, card TEXT) STRICT, WITHOUT ROWID;
      CREATE TABLE staged_people (person TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX people_by_number ON people (number, person, name);
      INSERT INTO store VALUES (1, '${"a".repeat(16)}', 0);
      INSERT INTO roster VALUES (1, 7, 0, '{"name":"Westside Bar"}');
      PRAGMA user_version = 3;
    `);
    const insert = driver.prepare("INSERT INTO people VALUES (?, ?, ?, 'vvvv', '{}', 'CARD4711X')");
    for (let index = 0; index < 400; index += 1) {
      insert.run([`p${index}`, String(70_310_000 + index), `Bartholomew ${index}`]);
    }
    driver.exec("DELETE FROM people WHERE person LIKE 'p1%'");
    driver.close();
  }

  test("has no plain name left in any file once this software has opened it, and asks for the roster anew", () => {
    plainCard();
    expect(found([])).toContain("Bartholomew");
    const store = open();
    expect(store.status()).toMatchObject({ roster: null, store: "a".repeat(16) });
    expect(found([])).toEqual([]);
    store.close();
    expect(found([])).toEqual([]);
  });
});

describe("the sealed roster", () => {
  test("keeps in step with whatever changes, whoever comes and goes", () => {
    const store = open();
    const people = new Map(
      Array.from({ length: 250 }, (_, index) => person(index)).map((each) => [each.person, each]),
    );
    fill(store, [...people.values()]);
    for (let revision = 1; revision < 12; revision += 1) {
      const ids = [...people.keys()];
      const removed = ids.filter(() => random.uniform() < 0.1);
      for (const id of removed) people.delete(id);
      const changed = [...people.values()]
        .filter(() => random.uniform() < 0.05)
        .map((each) => ({
          ...each,
          name: `${each.name}!`.slice(-30),
          number: String(70_310_000 + revision),
        }));
      const added = Array.from({ length: Math.floor(random.uniform() * 40) }, () =>
        person(Math.floor(random.uniform() * 9_999)),
      );
      for (const each of [...changed, ...added]) people.set(each.person, each);
      store.applyDelta(
        { from: revision, to: revision + 1, includesSeq: 0, upserts: [...changed, ...added], removed },
        0,
      );
    }
    const read = readDirectory(store.directory());
    const wanted = [...people.values()]
      .toSorted((one, other) => compare(one.number, other.number) || compare(one.person, other.person))
      .map(({ person: id, name, number }) => ({ id, name, number }));
    expect(read.people.map(({ person: id, name, number }) => ({ id, name, number }))).toEqual(wanted);
    expect(new Set(read.cards.map(({ card }) => card))).toEqual(
      new Set([...people.values()].map(({ card }) => card)),
    );
    for (const each of people.values()) expect(store.person(each.person)?.entry.name).toBe(each.name);
    store.close();
  });

  test("refuses more people than a kiosk has, and someone who comes twice", () => {
    const store = open();
    const ana = person(1);
    store.beginSnapshot({ revision: 1, includesSeq: 0, kiosk });
    store.addPage(1, [ana], 0);
    expect(() => store.addPage(1, [ana], 0)).toThrow(expect.objectContaining({ code: "roster.duplicate" }));
    const many = Array.from({ length: MAX_PEOPLE_PER_KIOSK }, () => ana);
    expect(() => store.addPage(1, many, 0)).toThrow(expect.objectContaining({ code: "roster.too-large" }));
    store.close();
  });

  test("never seals two things under one nonce", () => {
    const store = open();
    fill(
      store,
      Array.from({ length: 300 }, (_, index) => person(index)),
    );
    fill(
      store,
      Array.from({ length: 300 }, (_, index) => person(index)),
    );
    store.close();
    const driver = openBetterSqlite3(join(folder, "a.db"));
    const nonces = ["roster", "directory", "people"]
      .flatMap((table) => driver.prepare(`SELECT hex(substr(sealed, 1, 12)) AS nonce FROM ${table}`).all([]))
      .map((row) => String(row["nonce"]));
    expect(new Set(nonces).size).toBe(nonces.length);
    driver.close();
  });
});

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
