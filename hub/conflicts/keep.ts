import { createHash } from "node:crypto";
import { crockford, ID_LENGTH, type BootId, type PersonId } from "../../protocol/ids.ts";
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
        .values({
          ...row,
          opened_ms: nowMs,
          settled_ms: null,
          decision: null,
          settled_by: null,
          reason: null,
        })
        .execute();
    } else if (known.decision === null && !isSame(known, row)) {
      const opened = known.settled_ms === null ? {} : { opened_ms: nowMs, settled_ms: null };
      await transaction
        .updateTable("conflicts")
        .set({ day: row.day, punches: row.punches, detail: row.detail, seq: row.seq, ...opened })
        .where("id", "=", row.id)
        .execute();
    } else continue;
    isChanged = true;
  }

  const isLookedAt = lookedAt(facts);
  for (const row of kept) {
    if (row.settled_ms !== null || wanted.has(row.id) || !isLookedAt(row)) continue;
    if (row.boot !== null && (await punchesOfBoot(transaction, person, row, row.boot).executeTakeFirst()))
      continue;
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
    const { kind, boot, detail } = each;
    const { subject, atMs } = boot === null ? each : await firstOfBoot(transaction, person, each, boot);
    const punches = JSON.stringify(boot === null ? each.punches.map(keyOf) : []);
    const about = { terminal: subject.terminal, store: subject.store, seq: subject.seq };
    wanted.set(id, { id, person, kind, day: dayAt(atMs, timeZone), ...about, boot, punches, detail });
  }
  return wanted;
}

/** A part of a boot's punches may be looked at: the conflict is about all of them, from the first that counts on. */
async function firstOfBoot(
  transaction: HubTransaction,
  person: PersonId,
  found: FoundConflict,
  boot: BootId,
): Promise<Pick<FoundConflict, "subject" | "atMs">> {
  const row = await punchesOfBoot(transaction, person, found.subject, boot).executeTakeFirst();
  return row === undefined ? found : { subject: row, atMs: row.at_ms };
}

function punchesOfBoot(
  transaction: HubTransaction,
  person: PersonId,
  { terminal, store }: Pick<EventKey, "terminal" | "store">,
  boot: BootId,
) {
  return transaction
    .selectFrom("punches")
    .select(["terminal", "store", "seq", "at_ms"])
    .where("person", "=", person)
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .where("boot", "=", boot)
    .where("basis", "=", "bounded")
    .where("counts", "=", 1)
    .orderBy("seq")
    .limit(1);
}

const keyOf = ({ terminal, store, seq }: EventKey): unknown => [terminal, store, seq];

function isSame(known: ConflictsTable, row: Wanted): boolean {
  return (
    known.settled_ms === null &&
    known.day === row.day &&
    known.punches === row.punches &&
    known.detail === row.detail &&
    known.seq === row.seq
  );
}

/** Whether a conflict is about one of these facts. An undo is among them when its punch is. */
function lookedAt({
  punches,
  undos,
}: Pick<HistoryFacts, "punches" | "undos">): (row: ConflictsTable) => boolean {
  const keys = new Set(punches.map(keyText));
  for (const undo of undos) {
    if (keys.has(keyText({ ...undo, seq: undo.target }))) keys.add(keyText(undo));
  }
  const boots = new Set(punches.map(({ terminal, store, boot }) => `${terminal} ${store} ${boot}`));
  return (row) =>
    row.boot === null ? keys.has(keyText(row)) : boots.has(`${row.terminal} ${row.store} ${row.boot}`);
}
