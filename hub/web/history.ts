import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { correctionsBody } from "../http/history-schemas.ts";
import { punchesBody } from "../http/schemas.ts";
import { getAll, loadKiosks } from "./load.ts";
import type { Correction, Punch } from "./punch-words.ts";

/** Punches and what was corrected about them. */

/** Topics after which they may be others. */
export const HISTORY_TOPICS = ["punches", "conflicts"] as const;

export interface DayHistory {
  readonly punches: readonly Punch[];
  readonly corrections: readonly Correction[];
}

/** Of a day, YYYY-MM-DD, oldest first; of everybody, or of one person. */
export async function loadHistory(day: string, person?: PersonId | string): Promise<DayHistory> {
  const query = `day=${day}&${person === undefined ? "" : `person=${person}&`}`;
  const [punches, corrections] = await Promise.all([
    getAll(`punches?${query}`, punchesBody, (page) => page.punches),
    getAll(`corrections?${query}`, correctionsBody, (page) => page.corrections),
  ]);
  return { punches, corrections };
}

/** What each kiosk is called. */
export async function loadKioskNames(): Promise<ReadonlyMap<KioskId, string>> {
  return new Map((await loadKiosks()).map((each) => [each.kiosk, each.name]));
}
