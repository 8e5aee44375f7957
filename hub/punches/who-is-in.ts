import type { PresenceState } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
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
  /** Where the punch was made that put them there; null while they are out. */
  readonly kiosk: KioskId | null;
  readonly kioskName: string | null;
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
  const places = await placesOfPresent(queries);
  return rows.map((row) => {
    const presence = presenceOfRow(row);
    const place = places.get(row.id);
    return {
      person: row.id,
      name: row.name,
      number: row.number,
      state: presence.state,
      sinceMs: presence.sinceMs,
      kiosk: place?.kiosk ?? null,
      kioskName: place?.kiosk_name ?? null,
      workedMs: workedMs(presence, day.fromMs, day.toMs, nowMs),
    };
  });
}

type Place = { readonly kiosk: KioskId; readonly kiosk_name: string };

/** Where those who are in, or on a break, made the punch that says so. */
async function placesOfPresent(queries: Queries): Promise<ReadonlyMap<PersonId, Place>> {
  const added = await queries
    .selectFrom("presences")
    .innerJoin("corrections", (join) =>
      join
        .onRef("corrections.person", "=", "presences.person")
        .onRef("corrections.at_ms", "=", "presences.since_ms")
        .on("corrections.kind", "=", "add"),
    )
    .innerJoin("kiosks", "kiosks.id", "corrections.kiosk")
    .select(["corrections.person", "kiosks.id as kiosk"])
    .select((row) => row.fn.coalesce("kiosks.deleted_name", "kiosks.name").$notNull().as("kiosk_name"))
    .where("presences.state", "!=", "out")
    .execute();
  const rows = await queries
    .selectFrom("presences")
    .innerJoin("punches", (join) =>
      join
        .onRef("punches.person", "=", "presences.person")
        .onRef("punches.at_ms", "=", "presences.since_ms")
        .on("punches.counts", "=", 1),
    )
    .innerJoin("kiosks", "kiosks.id", "punches.kiosk")
    .select(["punches.person", "punches.kiosk"])
    .select((row) => row.fn.coalesce("kiosks.deleted_name", "kiosks.name").$notNull().as("kiosk_name"))
    .where("presences.state", "!=", "out")
    .orderBy("punches.terminal")
    .orderBy("punches.seq")
    .execute();
  return new Map([...added, ...rows].map((row) => [row.person, row]));
}
