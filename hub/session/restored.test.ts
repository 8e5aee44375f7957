import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EventDraft } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { HUB_ACTOR } from "../access.ts";
import { assignPerson } from "../kiosks/assign.ts";
import { editPerson } from "../people/edit.ts";
import { presenceOfRow } from "../punches/presences.ts";
import { openHubStore } from "../store/store.ts";
import {
  addTestPerson,
  connect,
  createTestKiosk,
  greet,
  openTestHub,
  openTestTerminal,
  type TestHub,
} from "../testing/hub.ts";
import type { TestTerminal } from "../testing/terminal.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { listWaits } from "../tries/tries.ts";

/** A hub whose database file is put back to what a backup of it was, while its terminals know what came after. */

let folder: string;
let hub: TestHub;
let kiosk: KioskId;
let ana: PersonId;
let jan: PersonId;
let terminals: readonly [TestTerminal, TestTerminal];

const file = (name: string): string => join(folder, name);
const pass = (): Promise<void> => hub.scheduler.pass(1);
async function open(seed: number): Promise<void> {
  hub = await openTestHub("empty", await openHubStore(openBetterSqlite3(file("hub.db"))), seed);
}
/** With the hub down, as a backup of one file is made and put back. */
async function whileDown(act: () => void, seed: number): Promise<void> {
  await hub.core.close();
  act();
  await open(seed);
}
async function come(terminal: TestTerminal): Promise<void> {
  connect(hub, terminal);
  await greet(hub, terminal);
}
/** Sends what the hub says it lacks, and says which roster it brought it. */
async function sendRest(terminal: TestTerminal): Promise<void> {
  const acked = terminal.last("welcome")?.ackedSeq ?? 0;
  if (terminal.events.length > acked) terminal.send(terminal.batch(acked + 1));
  await pass();
}
const punch = (person: PersonId, action: "in" | "out"): EventDraft => ({
  kind: "punch",
  person,
  payload: { action, auth: "personal", was: action === "in" ? "out" : "in", again: false },
});
const everything = async () => {
  const { queries } = hub.context.store;
  const events = await queries.selectFrom("events").select(["text", "hash"]).orderBy("hash").execute();
  const punches = await queries
    .selectFrom("punches")
    .select(["terminal", "seq", "person", "action", "at_ms"])
    .orderBy("terminal")
    .orderBy("seq")
    .execute();
  const heads = await queries
    .selectFrom("heads")
    .select(["terminal", "seq"])
    .orderBy("terminal")
    .orderBy("seq")
    .execute();
  const presences = await queries.selectFrom("presences").selectAll().orderBy("person").execute();
  const waits = await listWaits(queries, TEST_WALL_MS);
  return {
    ...{ events, punches, waits },
    heads: [...new Set(heads.map(({ terminal }) => terminal))],
    presences: presences.map((row) => ({ person: row.person, ...presenceOfRow(row) })),
  };
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "punchbox-restored-"));
  await open(1);
  kiosk = await createTestKiosk(hub);
  ana = (await addTestPerson(hub)).person;
  jan = (await addTestPerson(hub, { name: "Jan Novák" })).person;
  for (const person of [ana, jan]) await assignPerson(hub.context, HUB_ACTOR, kiosk, person);
  terminals = [await openTestTerminal(hub, kiosk), await openTestTerminal(hub, kiosk)];
});
afterEach(async () => {
  await hub.core.close();
  rmSync(folder, { recursive: true });
});

/** A day before the backup, and one after it, after which it is put back; returns all that there was then. */
async function lostDay(): ReturnType<typeof everything> {
  const [first, second] = terminals;
  first.record(punch(ana, "in"));
  await sendRest(first);
  await whileDown(() => copyFileSync(file("hub.db"), file("backup.db")), 2);
  for (const terminal of terminals) await come(terminal);
  first.record(punch(ana, "out"));
  first.record({ kind: "pin.refused", person: jan, payload: { count: 1, waitMs: 0 } });
  second.record(punch(jan, "in"));
  second.record(punch(jan, "out"));
  second.record({ kind: "pin.refused", person: jan, payload: { count: 1, waitMs: 0 } });
  for (const terminal of terminals) await sendRest(terminal);
  await editPerson(hub.context, HUB_ACTOR, ana, { name: "Ana Horvat" });
  await pass();
  const before = await everything();
  await whileDown(() => copyFileSync(file("backup.db"), file("hub.db")), 3);
  return before;
}

it("everything that it lost of the terminals arrives again, once, and people stand where they did", async () => {
  const before = await lostDay();
  expect(await everything()).not.toEqual(before);
  for (const terminal of terminals) {
    await come(terminal);
    await sendRest(terminal);
    await come(terminal);
    await sendRest(terminal);
  }
  expect(await everything()).toEqual(before);
});

it("terminals unlearn what was lost with it, also one that comes when revisions have the same numbers again", async () => {
  await lostDay();
  const [first, second] = terminals;
  await come(first);
  const names = (terminal: TestTerminal): string[] =>
    terminal.all("rosterPage").flatMap(({ people }) => people.map(({ name }) => name).toSorted());
  expect(names(first)).toEqual(["Ana Kovač", "Jan Novák"]);
  await sendRest(first);
  // More changes than there were: a number says nothing any more.
  for (const name of ["Jan 1", "Jan 2", "Jan 3", "Jan 4", "Jan 5", "Jan 6", "Jan 7", "Jan 8"]) {
    await editPerson(hub.context, HUB_ACTOR, jan, { name });
  }
  await pass();
  await come(second);
  expect(names(second)).toEqual(["Ana Kovač", "Jan 8"]);
  expect(second.rosterRevision).toBe(first.rosterRevision);
  second.received = [];
  await come(second);
  expect(second.received.map(({ type }) => type)).toEqual(["challenge", "welcome"]);
});
