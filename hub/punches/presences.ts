import * as z from "zod";
import type { PersonId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED, type Presence } from "../../protocol/presence.ts";
import type { HubTransaction, PresencesTable, Queries } from "../store/schema.ts";
import type { Standing } from "./history.ts";

/** Where people stand, derived from their history and kept beside it. */

/** Rosters carry the work of today and of a night shift before it, wherever midnight is: 48 h. */
export const PRESENCE_WINDOW_MS = 48 * 60 * 60 * 1000;

const storedSpans = z.array(z.strictObject({ fromMs: z.int(), toMs: z.int() }));

type PresenceRow = { readonly [Column in "state" | "since_ms" | "spans"]: PresencesTable[Column] | null };

/** Reads a row, or the lack of one (an outer join's nulls): someone who never punched. */
export function presenceOfRow(row: PresenceRow | undefined): Presence {
  if (row === undefined || row.state === null || row.spans === null) return NEVER_PUNCHED;
  return {
    state: row.state,
    sinceMs: row.since_ms,
    spans: row.spans === NO_SPANS ? [] : storedSpans.parse(JSON.parse(row.spans)),
  };
}
const NO_SPANS = "[]";

/** Someone's presence with where their history ends. */
export interface KeptPresence extends Standing {
  readonly person: PersonId;
  readonly tailMs: number | null;
}

/** Keeps presences; spans that ended longer ago than {@link PRESENCE_WINDOW_MS} are left out. */
export async function keepPresences(
  transaction: HubTransaction,
  kept: readonly KeptPresence[],
  nowMs: number,
): Promise<void> {
  if (kept.length === 0) return;
  await transaction
    .insertInto("presences")
    .values(
      kept.map(({ person, presence, plainState, tailMs }) => ({
        person,
        state: presence.state,
        since_ms: presence.sinceMs,
        spans: JSON.stringify(presence.spans.filter((span) => span.toMs >= nowMs - PRESENCE_WINDOW_MS)),
        tail_ms: tailMs,
        plain_state: plainState,
      })),
    )
    .onConflict((conflict) =>
      conflict.column("person").doUpdateSet((row) => ({
        state: row.ref("excluded.state"),
        since_ms: row.ref("excluded.since_ms"),
        spans: row.ref("excluded.spans"),
        tail_ms: row.ref("excluded.tail_ms"),
        plain_state: row.ref("excluded.plain_state"),
      })),
    )
    .execute();
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
