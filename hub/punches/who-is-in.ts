import type { PresenceState } from "../../protocol/events.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { workedMs } from "../../protocol/presence.ts";
import type { Queries } from "../store/schema.ts";
import type { DayBounds } from "./days.ts";
import { presenceOfRow } from "./presences.ts";

export interface PresenceListing {
  readonly person: PersonId;
  readonly name: string;
  readonly number: string;
  readonly state: PresenceState;
  readonly sinceMs: number | null;
  /** Worked within the day up to now, milliseconds. */
  readonly workedMs: number;
}

/** Where every active person stands, by number. */
export async function listPresences(
  queries: Queries,
  day: DayBounds,
  nowMs: number,
): Promise<PresenceListing[]> {
  const rows = await queries
    .selectFrom("people")
    .leftJoin("presences", "presences.person", "people.id")
    .select(["people.id", "people.name", "people.number"])
    .select(["presences.state", "presences.since_ms", "presences.spans"])
    .where("people.active", "=", 1)
    .orderBy("people.number")
    .execute();
  return rows.map((row) => {
    const presence = presenceOfRow(row);
    return {
      person: row.id,
      name: row.name,
      number: row.number,
      state: presence.state,
      sinceMs: presence.sinceMs,
      workedMs: workedMs(presence, day.fromMs, day.toMs, nowMs),
    };
  });
}
