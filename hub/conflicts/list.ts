import * as z from "zod";
import { eventSeq, storeId, terminalId, type PersonId } from "../../protocol/ids.ts";
import { keyText, type EventKey } from "../punches/history.ts";
import { punchListing, type PunchListing } from "../punches/list.ts";
import type { ConflictKind, ConflictsTable, Decision } from "../store/history-schema.ts";
import type { Queries } from "../store/schema.ts";
import { conflictId, type ConflictId } from "./ids.ts";

export interface ConflictListing {
  readonly conflict: ConflictId;
  readonly person: PersonId;
  readonly name: string;
  /** YYYY-MM-DD in the workspace's time zone. */
  readonly day: string;
  readonly kind: ConflictKind;
  readonly openedMs: number;
  readonly settledMs: number | null;
  readonly decision: Decision | null;
  readonly settledBy: PersonId | null;
  readonly settledByName: string | null;
  readonly reason: string | null;
  readonly punches: PunchListing[];
  readonly detail: string;
}

export interface ConflictQuery {
  readonly isOpenOnly: boolean;
  /** Those before this one, as the list goes; null: from the newest on. */
  readonly before: readonly [openedMs: number, conflict: string] | null;
  readonly most: number;
}

/** Punches shown with one conflict; of a boot with more, the first ones. */
const MAX_PUNCHES_SHOWN = 50;

/** Conflicts, the newest first. */
export async function listConflicts(queries: Queries, query: ConflictQuery): Promise<ConflictListing[]> {
  let selected = queries
    .selectFrom("conflicts")
    .innerJoin("people", "people.id", "conflicts.person")
    .leftJoin("people as settlers", "settlers.id", "conflicts.settled_by")
    .selectAll("conflicts")
    .select(["people.name", "settlers.name as settler"])
    .orderBy("conflicts.opened_ms", "desc")
    .orderBy("conflicts.id", "desc")
    .limit(query.most);
  if (query.isOpenOnly) selected = selected.where("conflicts.settled_ms", "is", null);
  const { before } = query;
  if (before !== null) {
    selected = selected.where((row) =>
      row(row.refTuple("conflicts.opened_ms", "conflicts.id"), "<", row.tuple(before[0], before[1])),
    );
  }
  const rows = await selected.execute();
  const punchesOf = await readPunches(queries, rows);
  return rows.map((row) => ({
    conflict: conflictId.parse(row.id),
    person: row.person,
    name: row.name,
    day: row.day,
    kind: row.kind,
    openedMs: row.opened_ms,
    settledMs: row.settled_ms,
    decision: row.decision,
    settledBy: row.settled_by,
    settledByName: row.settler,
    reason: row.reason,
    punches: punchesOf(row),
    detail: row.detail,
  }));
}

const storedKeys = z.array(
  z
    .tuple([terminalId, storeId, eventSeq])
    .transform(([terminal, store, seq]): EventKey => ({ terminal, store, seq })),
);

async function readPunches(
  queries: Queries,
  rows: readonly ConflictsTable[],
): Promise<(row: ConflictsTable) => PunchListing[]> {
  const keysOf = new Map(rows.map((row) => [row.id, storedKeys.parse(JSON.parse(row.punches))]));
  const keys = [...keysOf.values()].flat();
  const found = new Map<string, PunchListing>();
  if (keys.length > 0) {
    const punches = await queries
      .selectFrom("punches")
      .selectAll()
      .where((row) =>
        row.or(
          keys.map(({ terminal, store, seq }) =>
            row.and([row("terminal", "=", terminal), row("store", "=", store), row("seq", "=", seq)]),
          ),
        ),
      )
      .execute();
    for (const row of punches) found.set(keyText(row), punchListing(row));
  }
  const ofBoots = new Map<string, PunchListing[]>();
  for (const row of rows) {
    if (row.boot !== null) ofBoots.set(row.id, await punchesOfBoot(queries, row));
  }
  return (row) =>
    ofBoots.get(row.id) ?? (keysOf.get(row.id) ?? []).flatMap((key) => found.get(keyText(key)) ?? []);
}

async function punchesOfBoot(
  queries: Queries,
  { person, terminal, store, boot }: ConflictsTable,
): Promise<PunchListing[]> {
  const rows = await queries
    .selectFrom("punches")
    .selectAll()
    .where("person", "=", person)
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .where("boot", "=", boot)
    .orderBy("seq")
    .limit(MAX_PUNCHES_SHOWN)
    .execute();
  return rows.map(punchListing);
}
