import * as z from "zod";
import type { PersonId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED, presenceOf, type Presence } from "../../protocol/presence.ts";
import type { HubTransaction, PresencesTable, Queries } from "../store/schema.ts";

/** Where people stand, derived from their punches and kept beside them. */

/** Rosters carry the work of today and of a night shift before it, wherever midnight is: 48 h. */
export const PRESENCE_WINDOW_MS = 48 * 60 * 60 * 1000;
/**
 * Punches looked back on. Each in and out makes a span and a presence holds 64, so this is exact for anyone who does
 * not say "in" a hundred times in a row.
 */
const HISTORY_PUNCHES = 256;

const storedSpans = z.array(z.strictObject({ fromMs: z.int(), toMs: z.int() }));

type PresenceRow = { readonly [Column in "state" | "since_ms" | "spans"]: PresencesTable[Column] | null };

/** Reads a row, or the lack of one (an outer join's nulls): someone who never punched. */
export function presenceOfRow(row: PresenceRow | undefined): Presence {
  if (row === undefined || row.state === null || row.spans === null) return NEVER_PUNCHED;
  return { state: row.state, sinceMs: row.since_ms, spans: storedSpans.parse(JSON.parse(row.spans)) };
}

/**
 * Derives the presence of `person` from their punches that are not undone and stores it. The order is by wall time,
 * then by origin, so that it is the same whatever order terminals were heard in.
 */
export async function refreshPresence(
  transaction: HubTransaction,
  person: PersonId,
  nowMs: number,
): Promise<Presence> {
  const newestFirst = await transaction
    .selectFrom("punches")
    .select(["action", "at_ms"])
    .where("person", "=", person)
    .where("undone_by", "is", null)
    .orderBy("at_ms", "desc")
    .orderBy("terminal", "desc")
    .orderBy("store", "desc")
    .orderBy("seq", "desc")
    .limit(HISTORY_PUNCHES)
    .execute();
  const history = newestFirst.reverse().map((row) => ({ action: row.action, atMs: row.at_ms }));
  const whole = presenceOf(history);
  const presence = { ...whole, spans: whole.spans.filter((span) => span.toMs >= nowMs - PRESENCE_WINDOW_MS) };
  const row = { state: presence.state, since_ms: presence.sinceMs, spans: JSON.stringify(presence.spans) };
  await transaction
    .insertInto("presences")
    .values({ person, ...row })
    .onConflict((conflict) => conflict.column("person").doUpdateSet(row))
    .execute();
  return presence;
}

/** Whether someone is clocked in, or on a break. */
export async function isPresent(queries: Queries, person: PersonId): Promise<boolean> {
  const row = await queries
    .selectFrom("presences")
    .select("state")
    .where("person", "=", person)
    .executeTakeFirst();
  return row !== undefined && row.state !== "out";
}
