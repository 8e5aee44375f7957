import type { KioskId } from "../../protocol/ids.ts";
import type { KiosksTable, Queries } from "../store/schema.ts";
import { kioskView, theKiosk, type KioskView } from "./kiosks.ts";

export interface KioskOverview extends KioskView {
  /** How many. */
  readonly assignees: number;
}

/** Kiosks by name, at most `most`, those after the name `after` (null: from the first on). */
export async function listKiosksAfter(
  queries: Queries,
  after: string | null,
  most: number,
): Promise<KioskOverview[]> {
  let selected = queries
    .selectFrom("kiosks")
    .selectAll()
    .where("deleted_ms", "is", null)
    .orderBy("name")
    .limit(most);
  if (after !== null) selected = selected.where("name", ">", after);
  return overviews(queries, await selected.execute());
}

/** Rejects with CodedError `kiosk.unknown`. */
export async function showKiosk(queries: Queries, kiosk: KioskId): Promise<KioskOverview> {
  const row = await theKiosk(queries, kiosk);
  const [overview] = await overviews(queries, [row]);
  if (overview === undefined) throw new RangeError("one kiosk has one overview");
  return overview;
}

async function overviews(queries: Queries, rows: readonly KiosksTable[]): Promise<KioskOverview[]> {
  if (rows.length === 0) return [];
  const counts = await queries
    .selectFrom("kiosk_people")
    .select((expression) => ["kiosk", expression.fn.countAll<number>().as("count")])
    .where("removed", "=", 0)
    .where(
      "kiosk",
      "in",
      rows.map((row) => row.id),
    )
    .groupBy("kiosk")
    .execute();
  const countOf = new Map(counts.map(({ kiosk, count }) => [kiosk, count]));
  return rows.map((row) => ({
    ...kioskView(row),
    assignees: countOf.get(row.id) ?? 0,
  }));
}
