import type { PunchAction } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { DayBounds } from "../punches/days.ts";
import type { EventKey } from "../punches/history.ts";
import type { Queries } from "../store/schema.ts";
import { correctionId, type CorrectionId } from "./ids.ts";

export interface CorrectionListing {
  readonly correction: CorrectionId;
  readonly person: PersonId;
  readonly name: string;
  readonly add: {
    readonly action: PunchAction;
    readonly kiosk: KioskId | null;
    readonly kioskName: string | null;
  } | null;
  readonly void: EventKey | null;
  readonly atMs: number;
  readonly reason: string;
  /** Null: the hub itself. */
  readonly author: PersonId | null;
  readonly authorName: string | null;
  readonly createdMs: number;
}

export interface CorrectionQuery {
  readonly person: PersonId | null;
  /** Of what was corrected. */
  readonly day: DayBounds | null;
  /** Those before this one, as the list goes; null: from the newest on. */
  readonly before: readonly [createdMs: number, correction: string] | null;
  readonly most: number;
}

/** Corrections, the newest first. */
export async function listCorrections(
  queries: Queries,
  { person, day, before, most }: CorrectionQuery,
): Promise<CorrectionListing[]> {
  let selected = queries
    .selectFrom("corrections")
    .innerJoin("people", "people.id", "corrections.person")
    .leftJoin("people as authors", "authors.id", "corrections.author")
    .leftJoin("kiosks", "kiosks.id", "corrections.kiosk")
    .selectAll("corrections")
    .select(["people.name", "authors.name as author_name"])
    .select((row) => row.fn.coalesce("kiosks.deleted_name", "kiosks.name").as("kiosk_name"))
    .orderBy("corrections.created_ms", "desc")
    .orderBy("corrections.id", "desc")
    .limit(most);
  if (person !== null) selected = selected.where("corrections.person", "=", person);
  if (day !== null) {
    selected = selected
      .where("corrections.at_ms", ">=", day.fromMs)
      .where("corrections.at_ms", "<", day.toMs);
  }
  if (before !== null) {
    selected = selected.where((row) =>
      row(row.refTuple("corrections.created_ms", "corrections.id"), "<", row.tuple(before[0], before[1])),
    );
  }
  return (await selected.execute()).map((row) => {
    const { terminal, store, seq, action } = row;
    return {
      correction: correctionId.parse(row.id),
      person: row.person,
      name: row.name,
      add: action === null ? null : { action, kiosk: row.kiosk, kioskName: row.kiosk_name },
      void: terminal === null || store === null || seq === null ? null : { terminal, store, seq },
      atMs: row.at_ms,
      reason: row.reason,
      author: row.author,
      authorName: row.author_name,
      createdMs: row.created_ms,
    };
  });
}
