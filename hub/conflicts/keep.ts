import { createHash } from "node:crypto";
import { crockford, ID_LENGTH, type PersonId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import { dayAt } from "../punches/days.ts";
import { keyText, type EventKey, type FoundConflict, type HistoryFacts } from "../punches/history.ts";
import type { ConflictsTable } from "../store/history-schema.ts";
import type { HubTransaction } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { conflictId, type ConflictId } from "./ids.ts";

/** Conflicts as they are kept: raised once, closed by themselves when they do not hold any more, settled by a person for good. */

/** Made of what it is about: found again it is the same one. */
export function idOf(person: PersonId, { kind, subject, boot }: FoundConflict): ConflictId {
  const about = boot === null ? keyText(subject) : `${subject.terminal} ${subject.store} boot ${boot}`;
  const digest = createHash("sha256").update(`conflict\n${person}\n${kind}\n${about}`).digest();
  return conflictId.parse(crockford(digest, ID_LENGTH));
}

/**
 * Brings the conflicts about `facts` in line with those that were `found`. What a person settled stays as it is. True when
 * anything changed.
 */
export async function keepConflicts(
  transaction: HubTransaction,
  context: Pick<HubContext, "wallClock">,
  person: PersonId,
  facts: Pick<HistoryFacts, "punches" | "undos">,
  found: readonly FoundConflict[],
): Promise<boolean> {
  const kept = await transaction.selectFrom("conflicts").selectAll().where("person", "=", person).execute();
  if (kept.length === 0 && found.length === 0) return false;
  const wanted = await wantedRows(transaction, person, found);
  const byId = new Map(kept.map((row) => [row.id, row]));
  const nowMs = context.wallClock.wallMs();
  let isChanged = false;

  for (const row of wanted.values()) {
    const known = byId.get(row.id);
    if (known === undefined) {
      await transaction
        .insertInto("conflicts")
        .values({ ...row, opened_ms: nowMs, settled_ms: null, decision: null, settled_by: null, reason: null })
        .execute();
    } else if (known.decision === null && !isSame(known, row)) {
      const opened = known.settled_ms === null ? {} : { opened_ms: nowMs, settled_ms: null };
      // A part of a boot's punches may be looked at: the first of all stays the one that it is about.
      const seq = row.boot !== null && known.seq < row.seq ? known.seq : row.seq;
      await transaction
        .updateTable("conflicts")
        .set({ day: row.day, punches: row.punches, detail: row.detail, seq, ...opened })
        .where("id", "=", row.id)
        .execute();
    } else continue;
    isChanged = true;
  }

  const isLookedAt = lookedAt(facts);
  for (const row of kept) {
    if (row.settled_ms !== null || wanted.has(row.id) || !isLookedAt(row)) continue;
    await transaction.updateTable("conflicts").set({ settled_ms: nowMs }).where("id", "=", row.id).execute();
    isChanged = true;
  }
  return isChanged;
}

type Wanted = Omit<ConflictsTable, "opened_ms" | "settled_ms" | "decision" | "settled_by" | "reason">;

async function wantedRows(
  transaction: HubTransaction,
  person: PersonId,
  found: readonly FoundConflict[],
): Promise<ReadonlyMap<string, Wanted>> {
  const wanted = new Map<string, Wanted>();
  if (found.length === 0) return wanted;
  const { timeZone } = await theWorkspace(transaction);
  for (const each of found) {
    const id = idOf(person, each);
    // Of a boot the first stands for all.
    if (wanted.has(id)) continue;
    const { kind, subject, boot, detail } = each;
    const { terminal, store, seq } = subject;
    const punches = JSON.stringify(boot === null ? each.punches.map(keyOf) : []);
    wanted.set(id, { id, person, kind, day: dayAt(each.atMs, timeZone), terminal, store, seq, boot, punches, detail });
  }
  return wanted;
}

const keyOf = ({ terminal, store, seq }: EventKey): unknown => [terminal, store, seq];

function isSame(known: ConflictsTable, row: Wanted): boolean {
  return (
    known.settled_ms === null &&
    known.day === row.day &&
    known.punches === row.punches &&
    known.detail === row.detail &&
    (row.boot === null ? known.seq === row.seq : known.seq <= row.seq)
  );
}

/** Whether a conflict is about one of these facts. An undo is among them when its punch is. */
function lookedAt({ punches, undos }: Pick<HistoryFacts, "punches" | "undos">): (row: ConflictsTable) => boolean {
  const keys = new Set(punches.map(keyText));
  for (const undo of undos) {
    if (keys.has(keyText({ ...undo, seq: undo.target }))) keys.add(keyText(undo));
  }
  const boots = new Set(punches.map(({ terminal, store, boot }) => `${terminal} ${store} ${boot}`));
  return (row) =>
    row.boot === null ? keys.has(keyText(row)) : boots.has(`${row.terminal} ${row.store} ${row.boot}`);
}
