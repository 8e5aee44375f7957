import type { KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { RosterTries } from "../../protocol/roster.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";
import type { PinTriesTable } from "../store/tries-schema.ts";

/**
 * A person's wrong PINs, merged over terminals (product.md section 3, "Waits"). What counts is the order in which events
 * arrive here: a success ends the refusals that the hub knew by then, and one that is delivered late counts again.
 */

/** One ledger: a terminal's, or the one that it had before. */
export interface TrySource {
  readonly terminal: TerminalId;
  readonly store: StoreId;
}

type Refused = TrySource & { readonly person: PersonId; readonly seq: number; readonly waitMs: number };

/** Counts one refusal; events of a store come in order. */
export async function countRefusal(
  transaction: HubTransaction,
  { person, terminal, store, seq, waitMs }: Refused,
  nowMs: number,
): Promise<void> {
  const known = await transaction
    .selectFrom("pin_tries")
    .select(["refusals", "wait_ms", "received_ms"])
    .where("person", "=", person)
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .executeTakeFirst();
  const begun = { wait_ms: waitMs, received_ms: nowMs };
  const wait = known === undefined || waitLeftMs(known, nowMs) <= waitMs ? begun : {};
  const changed = { refusals: (known?.refusals ?? 0) + 1, last_seq: seq, ...wait };
  await transaction
    .insertInto("pin_tries")
    .values({ person, terminal, store, reset_seq: 0, cleared_seq: 0, ...begun, ...changed })
    .onConflict((conflict) => conflict.columns(["person", "terminal", "store"]).doUpdateSet(changed))
    .execute();
}

/** A success with the personal PIN: ends the count and the waits everywhere. False when there was nothing to end. */
export async function resetTries(transaction: HubTransaction, person: PersonId): Promise<boolean> {
  const ended = await transaction
    .updateTable("pin_tries")
    .set((row) => ({ refusals: 0, wait_ms: 0, reset_seq: row.ref("last_seq") }))
    .where("person", "=", person)
    .where("refusals", ">", 0)
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
}

/** An admin lifts it all, or there is a new PIN: what was counted until now counts for nothing. */
export async function clearTries(transaction: HubTransaction, person: PersonId): Promise<void> {
  await transaction
    .updateTable("pin_tries")
    .set((row) => ({
      refusals: 0,
      wait_ms: 0,
      reset_seq: row.ref("last_seq"),
      cleared_seq: row.ref("last_seq"),
    }))
    .where("person", "=", person)
    .execute();
}

/**
 * What a terminal with this ledger is told of people of its kiosk (`changedAfter`: those who changed after that roster
 * revision), as far as there is something to tell.
 */
export async function readTries(
  queries: Queries,
  reader: TrySource & { readonly kiosk: KioskId },
  changedAfter: number,
  nowMs: number,
): Promise<ReadonlyMap<PersonId, RosterTries>> {
  const rows = await queries
    .selectFrom("kiosk_people")
    .innerJoin("pin_tries", "pin_tries.person", "kiosk_people.person")
    .selectAll("pin_tries")
    .where("kiosk_people.kiosk", "=", reader.kiosk)
    .where("kiosk_people.changed_revision", ">", changedAfter)
    .execute();
  const merged = new Map<PersonId, RosterTries>();
  for (const [person, ofPerson] of Map.groupBy(rows, (row) => row.person)) {
    const tries = mergeTries(ofPerson, reader, nowMs);
    if (tries !== null) merged.set(person, tries);
  }
  return merged;
}

/** Null when the reader's own ledger says all of it. */
function mergeTries(rows: readonly PinTriesTable[], reader: TrySource, nowMs: number): RosterTries | null {
  const isOwn = (row: PinTriesTable): boolean =>
    row.terminal === reader.terminal && row.store === reader.store;
  const own = rows.find(isOwn);
  const others = rows.filter((row) => !isOwn(row));
  const tries = {
    resetSeq: own?.reset_seq ?? 0,
    clearedSeq: own?.cleared_seq ?? 0,
    elsewhere: others.reduce((sum, row) => sum + row.refusals, 0),
    elsewhereWaitMs: Math.max(0, ...others.map((row) => waitLeftMs(row, nowMs))),
  };
  return Object.values(tries).every((value) => value === 0) ? null : tries;
}

/** What is left of a row's wait. A clock that was set back makes no wait longer than it was. */
export function waitLeftMs(row: Pick<PinTriesTable, "wait_ms" | "received_ms">, nowMs: number): number {
  const goneMs = Math.max(0, nowMs - row.received_ms);
  return Math.max(0, row.wait_ms - goneMs);
}

export interface WaitListing {
  readonly person: PersonId;
  readonly name: string;
  readonly number: string;
  /** Since their last success, at all terminals. */
  readonly refusals: number;
  /** Null when none runs. */
  readonly waitUntilMs: number | null;
}

/** Active people with wrong PINs that count now, by number. */
export async function listWaits(queries: Queries, nowMs: number): Promise<WaitListing[]> {
  const rows = await queries
    .selectFrom("pin_tries")
    .innerJoin("people", "people.id", "pin_tries.person")
    .select(["people.id", "people.name", "people.number"])
    .select(["pin_tries.refusals", "pin_tries.wait_ms", "pin_tries.received_ms"])
    .where("pin_tries.refusals", ">", 0)
    .where("people.active", "=", 1)
    .orderBy("people.number")
    .execute();
  return [...Map.groupBy(rows, (row) => row.id)].map(([person, ofPerson]) => {
    const leftMs = Math.max(...ofPerson.map((row) => waitLeftMs(row, nowMs)));
    return {
      person,
      name: ofPerson[0]?.name ?? "",
      number: ofPerson[0]?.number ?? "",
      refusals: ofPerson.reduce((sum, row) => sum + row.refusals, 0),
      waitUntilMs: leftMs === 0 ? null : nowMs + leftMs,
    };
  });
}
