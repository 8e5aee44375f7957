import type { Queries } from "../store/schema.ts";
import type { Closing } from "../punches/history.ts";

/** How far days are closed, and since when: each closing reaches further than the one before. */
export async function readClosings(queries: Queries): Promise<Closing[]> {
  const rows = await queries.selectFrom("closings").selectAll().orderBy("until_ms").execute();
  return rows.map((row) => ({ untilMs: row.until_ms, closedMs: row.closed_ms }));
}
