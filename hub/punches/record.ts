import type { EventEnvelope, EventPayload, PresenceState } from "../../protocol/events.ts";
import type { KioskId, PersonId, TerminalId } from "../../protocol/ids.ts";
import { keepConflicts } from "../conflicts/keep.ts";
import type { HubContext } from "../context.ts";
import { readClosings } from "../days/closings.ts";
import { chunks } from "../store/chunks.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { TimeColumns, UndosTable } from "../store/history-schema.ts";
import { flag, type HubTransaction, type PunchesTable } from "../store/schema.ts";
import { clockColumns } from "./boots.ts";
import { offsetAt } from "./days.ts";
import { deriveHistory, isLate, keyText, type Closing } from "./history.ts";
import { keepPresences, presenceOfRow, type KeptPresence } from "./presences.ts";
import { placeColumns, punchFactOf, rederivePerson } from "./rederive.ts";

/**
 * Records the punches and undos of a batch. Most come at the end of their person's history: that goes on from where it
 * stood, with a few statements for all of the batch. Wherever anything else may follow, the history is derived anew.
 */

interface NewFact {
  readonly person: PersonId;
  readonly envelope: EventEnvelope;
  readonly receivedMs: number;
  readonly time: TimeColumns;
  readonly receipt: string;
}
export type NewPunch = NewFact & EventPayload<"punch">;
export type NewUndo = NewFact & EventPayload<"punch.undone">;

export interface NewFacts {
  readonly punches: readonly NewPunch[];
  readonly undos: readonly NewUndo[];
  /** People whose earlier punches have other times now, and from when on. */
  readonly retimed: ReadonlyMap<PersonId, number>;
}

interface Source {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
}

/** Where everyone stands whose history changed. People the hub does not know are left out. */
export async function recordPunches(
  transaction: HubTransaction,
  context: Pick<HubContext, "wallClock">,
  source: Source,
  given: NewFacts,
): Promise<ReadonlyMap<PersonId, PresenceState>> {
  const nowMs = context.wallClock.wallMs();
  const concerned = [...given.punches, ...given.undos].map(({ person }) => person);
  const known = await readPeople(transaction, new Set([...concerned, ...given.retimed.keys()]));
  if (known.size === 0) return new Map();
  const rows = await punchRows(
    transaction,
    source,
    given.punches.filter(({ person }) => known.has(person)),
  );
  const undos = given.undos.filter(({ person }) => known.has(person)).map(undoRow);
  const special = await specialPeople(transaction, source, rows, undos, given.retimed);

  const kept: KeptPresence[] = [];
  const states = new Map([...known].map(([person, { presence }]) => [person, presence.state]));
  for (const [person, ofPerson] of Map.groupBy(rows, (row) => row.person)) {
    const before = known.get(person);
    if (before === undefined || special.has(person) || !continues(before, ofPerson)) {
      special.set(person, Math.min(special.get(person) ?? Infinity, ...ofPerson.map((row) => row.at_ms)));
      continue;
    }
    const facts = { ...NO_FACTS, punches: ofPerson.map(punchFactOf) };
    const { punches, conflicts, end, tailMs } = deriveHistory(facts, before);
    const placed = new Map(punches.map((each) => [keyText(each.punch), each]));
    for (const row of ofPerson) {
      const place = placed.get(keyText(row));
      if (place !== undefined) Object.assign(row, placeColumns(place));
    }
    if (conflicts.length > 0) await keepConflicts(transaction, context, person, facts, conflicts);
    kept.push({ person, ...end, tailMs });
    states.set(person, end.presence.state);
  }
  await insertFacts(transaction, rows, undos);
  for (const some of chunks(kept)) await keepPresences(transaction, some, nowMs);
  for (const [person, fromMs] of [...special].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const since = Math.min(fromMs, await leastOrder(transaction, person, rows, undos));
    states.set(person, await rederivePerson(transaction, context, person, since));
  }
  return states;
}

/** Records facts alone: histories are to be derived from them afterwards, as a whole. */
export async function recordFacts(
  transaction: HubTransaction,
  source: Source,
  given: Pick<NewFacts, "punches" | "undos">,
): Promise<void> {
  const concerned = new Set([...given.punches, ...given.undos].map(({ person }) => person));
  const known = await readPeople(transaction, concerned);
  const rows = await punchRows(
    transaction,
    source,
    given.punches.filter(({ person }) => known.has(person)),
  );
  await insertFacts(transaction, rows, given.undos.filter(({ person }) => known.has(person)).map(undoRow));
}

async function insertFacts(
  transaction: HubTransaction,
  punches: readonly PunchesTable[],
  undos: readonly UndosTable[],
): Promise<void> {
  await insertRows(transaction, "punches", punches);
  for (const some of chunks(undos)) {
    await transaction
      .insertInto("undos")
      .values(some)
      .onConflict((conflict) => conflict.columns(["terminal", "store", "seq"]).doNothing())
      .execute();
  }
}

const NO_FACTS = { undos: [], additions: [], voids: [], corrected: [], decisions: [], closings: [] };

/** With where each stands and their history ends. */
async function readPeople(
  transaction: HubTransaction,
  people: ReadonlySet<PersonId>,
): Promise<ReadonlyMap<PersonId, KeptPresence>> {
  if (people.size === 0) return new Map();
  const rows = await transaction
    .selectFrom("people")
    .leftJoin("presences", "presences.person", "people.id")
    .select(["people.id", "presences.state", "presences.since_ms", "presences.spans"])
    .select(["presences.tail_ms", "presences.plain_state"])
    .where("people.id", "in", [...people])
    .execute();
  return new Map(
    rows.map((row) => [
      row.id,
      {
        person: row.id,
        presence: presenceOfRow(row),
        plainState: row.plain_state ?? "out",
        tailMs: row.tail_ms,
      },
    ]),
  );
}

/** Whether these come after all there is of their person, so that nothing but themselves decides what follows. */
function continues(before: KeptPresence, rows: readonly PunchesTable[]): boolean {
  const tailMs = before.tailMs ?? Number.NEGATIVE_INFINITY;
  return rows.every((row) => row.at_ms > tailMs && row.basis !== "bounded");
}

/** Those for whom more than their own last state decides, and from when on. */
async function specialPeople(
  transaction: HubTransaction,
  { terminal }: Source,
  rows: readonly PunchesTable[],
  undos: readonly UndosTable[],
  retimed: ReadonlyMap<PersonId, number>,
): Promise<Map<PersonId, number>> {
  const special = new Map<PersonId, number>(retimed);
  const add = (person: PersonId, fromMs: number): void =>
    void special.set(person, Math.min(special.get(person) ?? Infinity, fromMs));
  for (const undo of undos) add(undo.person, undo.at_ms);
  if (rows.length === 0) return special;

  const closings: readonly Closing[] = await readClosings(transaction);
  for (const row of rows) if (isLate(punchFactOf(row), closings)) add(row.person, row.at_ms);

  const people = [...new Set(rows.map((row) => row.person))];
  const earliestMs = Math.min(...rows.map((row) => row.at_ms));
  const corrected = await transaction
    .selectFrom("corrections")
    .select("person")
    .distinct()
    .where("person", "in", people)
    .where("created_ms", ">=", earliestMs)
    .execute();
  for (const { person } of corrected) add(person, Infinity);

  // An undo may have come before its punch, where events were missing in between.
  const early = await transaction
    .selectFrom("undos")
    .select(["person", "store", "target"])
    .where("terminal", "=", terminal)
    .where("person", "in", people)
    .execute();
  const targets = new Set(early.map(({ store, target }) => `${store} ${target}`));
  for (const row of rows) if (targets.has(`${row.store} ${row.seq}`)) add(row.person, row.at_ms);
  return special;
}

/** The least `order_ms` of what may move: of this store's punches from the first that is new on, and of what is undone. */
async function leastOrder(
  transaction: HubTransaction,
  person: PersonId,
  rows: readonly PunchesTable[],
  undos: readonly UndosTable[],
): Promise<number> {
  const from = [
    ...rows
      .filter((row) => row.person === person)
      .map(({ terminal, store, seq }) => ({ terminal, store, seq })),
    ...undos
      .filter((row) => row.person === person)
      .map(({ terminal, store, target }) => ({ terminal, store, seq: target })),
  ];
  let leastMs = Infinity;
  for (const [store, ofStore] of Map.groupBy(from, (each) => each.store)) {
    const [first] = ofStore.toSorted((one, other) => one.seq - other.seq);
    if (first === undefined) continue;
    const row = await transaction
      .selectFrom("punches")
      .select((expression) => expression.fn.min<number | null>("order_ms").as("least"))
      .where("person", "=", person)
      .where("terminal", "=", first.terminal)
      .where("store", "=", store)
      .where("seq", ">=", first.seq)
      .executeTakeFirst();
    leastMs = Math.min(leastMs, row?.least ?? Infinity);
  }
  return leastMs;
}

function undoRow({ person, envelope, receivedMs, time, receipt, target, auth }: NewUndo): UndosTable {
  const { terminal, store, seq } = envelope;
  return {
    ...{ terminal, store, seq, person, target, auth, receipt },
    ...clockColumns({ envelope, receivedMs }),
    ...time,
  };
}

/** Rows as they are without their history. */
async function punchRows(
  transaction: HubTransaction,
  { kiosk }: Source,
  punches: readonly NewPunch[],
): Promise<PunchesTable[]> {
  if (punches.length === 0) return [];
  const isOutdated = await outdatedness(transaction, kiosk, punches);
  const { time_zone: timeZone } = await transaction
    .selectFrom("kiosks")
    .select("time_zone")
    .where("id", "=", kiosk)
    .executeTakeFirstOrThrow();
  return punches.map((punch) => {
    const { person, envelope, receivedMs, time, receipt, action, auth, was } = punch;
    const { terminal, store, seq } = envelope;
    const isByOwnClock = time.basis === "clock" && time.at_ms === envelope.wallMs;
    return {
      ...{ person, kiosk, terminal, store, seq, action, auth, was, receipt },
      ...clockColumns({ envelope, receivedMs }),
      ...time,
      offset_minutes: isByOwnClock ? envelope.offsetMinutes : offsetAt(time.at_ms, timeZone),
      undone_by: null,
      outdated: flag(isOutdated(punch)),
      order_ms: time.at_ms,
      counts: 1,
      state: "out",
      since_ms: null,
      plain_state: "out",
    };
  });
}

/**
 * PIN case 9: whether the terminal decided without knowing of a change to who may punch there and how. The punch counts;
 * an admin is shown that it was made under what had been so before.
 */
async function outdatedness(
  transaction: HubTransaction,
  kiosk: KioskId,
  punches: readonly NewPunch[],
): Promise<(punch: NewPunch) => boolean> {
  const assignments = await transaction
    .selectFrom("kiosk_people")
    .select(["person", "access_revision"])
    .where("kiosk", "=", kiosk)
    .where("person", "in", [...new Set(punches.map(({ person }) => person))])
    .execute();
  const place = await transaction
    .selectFrom("kiosks")
    .select("access_revision")
    .where("id", "=", kiosk)
    .executeTakeFirstOrThrow();
  const revisions = new Map(assignments.map((row) => [row.person, row.access_revision]));
  return ({ person, auth, envelope: { rosterRevision } }) => {
    const revision = revisions.get(person);
    // Who shows their own PIN is let in whatever the kiosk's Universal PIN is.
    const isPlaceOutdated = auth !== "personal" && place.access_revision > rosterRevision;
    return revision === undefined || revision > rosterRevision || isPlaceOutdated;
  };
}
