import type { PresenceState } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import { keepConflicts } from "../conflicts/keep.ts";
import type { HubContext } from "../context.ts";
import { readClosings } from "../days/closings.ts";
import type { StandingColumns } from "../store/history-schema.ts";
import { flag, type HubTransaction, type PunchesTable } from "../store/schema.ts";
import {
  AROUND_CORRECTION_MS,
  deriveHistory,
  keyText,
  type History,
  type HistoryFacts,
  type Placed,
  type PunchFact,
  type Standing,
} from "./history.ts";
import { keepPresences, PRESENCE_WINDOW_MS } from "./presences.ts";
import { tellPresences } from "./tell-presences.ts";

/**
 * Derives people's histories anew from an instant on, with all that follows: what counts, presences, conflicts, rosters.
 * The one way by which anything that is already there changes: a punch that comes late, a corrected clock, a decision.
 */

/** From when on a person's history changed: the least `order_ms` of what changed, before and after. */
export type Changed = ReadonlyMap<PersonId, number>;

type Context = Pick<HubContext, "wallClock">;

/** Answers the kiosks whose rosters have something to tell. */
export async function rederive(
  transaction: HubTransaction,
  context: Context,
  changed: Changed,
): Promise<ReadonlySet<KioskId>> {
  const states = new Map<PersonId, PresenceState>();
  const people = [...changed].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [person, fromMs] of people) {
    states.set(person, await rederivePerson(transaction, context, person, fromMs));
  }
  return tellPresences(transaction, states);
}

/** {@link rederive} of one person, without what follows for rosters. */
export async function rederivePerson(
  transaction: HubTransaction,
  context: Context,
  person: PersonId,
  changedFromMs: number,
): Promise<PresenceState> {
  const nowMs = context.wallClock.wallMs();
  const fromMs = await beginning(transaction, person, Math.min(changedFromMs, nowMs - PRESENCE_WINDOW_MS));
  const rows = await transaction
    .selectFrom("punches")
    .selectAll()
    .where("person", "=", person)
    .where("order_ms", ">=", fromMs)
    .execute();
  const base = await standingBefore(transaction, person, fromMs);
  const facts = await factsOf(transaction, person, fromMs, rows);
  const history = deriveHistory(facts, base);
  await keepPlaces(transaction, rows, history);
  await keepConflicts(transaction, context, person, facts, history.conflicts);
  const { end, tailMs } = history;
  await keepPresences(transaction, [{ person, ...end, tailMs: tailMs ?? base.tailMs }], nowMs);
  return end.presence.state;
}

/**
 * Where to begin for what changed from an instant on: whether a punch is taken back depends on what is between it and what takes
 * it back.
 */
async function beginning(
  transaction: HubTransaction,
  person: PersonId,
  changedFromMs: number,
): Promise<number> {
  const undos = await transaction
    .selectFrom("undos")
    .innerJoin("punches", (join) =>
      join
        .onRef("punches.terminal", "=", "undos.terminal")
        .onRef("punches.store", "=", "undos.store")
        .onRef("punches.seq", "=", "undos.target"),
    )
    .select(["undos.at_ms as undone_ms", "punches.order_ms"])
    .where("undos.person", "=", person)
    .where("punches.order_ms", "<", changedFromMs)
    .orderBy("punches.order_ms", "desc")
    .execute();
  let fromMs = changedFromMs;
  let isFound = true;
  while (isFound) {
    const before = undos.find((each) => each.order_ms < fromMs && each.undone_ms >= fromMs);
    isFound = before !== undefined;
    fromMs = before?.order_ms ?? fromMs;
  }
  return fromMs;
}

/** Where the person stood before an instant, without spans. */
async function standingBefore(
  transaction: HubTransaction,
  person: PersonId,
  beforeMs: number,
): Promise<Standing & { readonly tailMs: number | null }> {
  const punch = await transaction
    .selectFrom("punches")
    .select(["order_ms", "state", "since_ms", "plain_state"])
    .where("person", "=", person)
    .where("order_ms", "<", beforeMs)
    .orderBy("order_ms", "desc")
    .orderBy("terminal", "desc")
    .orderBy("store", "desc")
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  const addition = await transaction
    .selectFrom("corrections")
    .select(["order_ms", "state", "since_ms", "plain_state"])
    .where("person", "=", person)
    .where("kind", "=", "add")
    .where("order_ms", "<", beforeMs)
    .orderBy("order_ms", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  const isAdditionLast = addition !== undefined && addition.order_ms >= (punch?.order_ms ?? -Infinity);
  const last = isAdditionLast ? addition : punch;
  if (last === undefined) return { presence: NEVER_PUNCHED, plainState: "out", tailMs: null };
  return {
    presence: { state: last.state, sinceMs: last.since_ms, spans: [] },
    plainState: last.plain_state,
    tailMs: last.order_ms,
  };
}

export function punchFactOf(row: PunchesTable): PunchFact {
  const { terminal, store, seq, action, was, auth, basis, boot } = row;
  return {
    terminal,
    store,
    seq,
    action,
    was,
    auth,
    basis,
    boot,
    atMs: row.at_ms,
    receivedMs: row.received_ms,
    knownMs: row.known_ms,
  };
}

async function factsOf(
  transaction: HubTransaction,
  person: PersonId,
  fromMs: number,
  rows: readonly PunchesTable[],
): Promise<HistoryFacts> {
  const undos = await transaction.selectFrom("undos").selectAll().where("person", "=", person).execute();
  const corrections = await transaction
    .selectFrom("corrections")
    .selectAll()
    .where("person", "=", person)
    .where((row) => row.or([row("at_ms", ">=", fromMs - AROUND_CORRECTION_MS), row("kind", "=", "void")]))
    .execute();
  const decisions = await transaction
    .selectFrom("conflicts")
    .select(["kind", "terminal", "store", "seq", "boot", "decision"])
    .where("person", "=", person)
    .where("decision", "is not", null)
    .execute();
  return {
    punches: rows.map(punchFactOf),
    undos: undos.map((row) => ({
      terminal: row.terminal,
      store: row.store,
      seq: row.seq,
      target: row.target,
      auth: row.auth,
      basis: row.basis,
      boot: row.boot,
      atMs: row.at_ms,
      receivedMs: row.received_ms,
      knownMs: row.known_ms,
    })),
    additions: corrections.flatMap(({ id, kind, action, at_ms: atMs }) =>
      kind === "add" && action !== null && atMs >= fromMs ? [{ id, action, atMs }] : [],
    ),
    voids: corrections.flatMap(({ terminal, store, seq }) =>
      terminal !== null && store !== null && seq !== null ? [{ terminal, store, seq }] : [],
    ),
    corrected: corrections.map((row) => ({ atMs: row.at_ms, createdMs: row.created_ms })),
    decisions: decisions.flatMap(({ decision, ...about }) =>
      decision === null ? [] : [{ ...about, decision }],
    ),
    closings: await readClosings(transaction),
  };
}

/** Writes what is not so yet. */
async function keepPlaces(
  transaction: HubTransaction,
  rows: readonly PunchesTable[],
  { punches, additions }: History,
): Promise<void> {
  const known = new Map(rows.map((row) => [keyText(row), row]));
  for (const { punch, undoneBy, ...place } of punches) {
    const row = known.get(keyText(punch));
    const wanted = { ...placeColumns(place), undone_by: undoneBy };
    if (row === undefined || isSame(row, wanted)) continue;
    await transaction
      .updateTable("punches")
      .set(wanted)
      .where("terminal", "=", punch.terminal)
      .where("store", "=", punch.store)
      .where("seq", "=", punch.seq)
      .execute();
  }
  for (const { addition, ...place } of additions) {
    await transaction
      .updateTable("corrections")
      .set(placeColumns(place))
      .where("id", "=", addition.id)
      .execute();
  }
}

export function placeColumns({ orderMs, counts, state, sinceMs, plainState }: Placed): StandingColumns {
  return { order_ms: orderMs, counts: flag(counts), state, since_ms: sinceMs, plain_state: plainState };
}

function isSame<Columns extends object>(row: Columns, wanted: Partial<Columns>): boolean {
  const held: object = row;
  const values = new Map<string, unknown>(Object.entries(held));
  return Object.entries(wanted).every(([name, value]) => values.get(name) === value);
}
