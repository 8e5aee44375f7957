import type * as z from "zod";
import type { correctionBody } from "../http/history-schemas.ts";
import type { punchBody } from "../http/schemas.ts";
import { dayAt } from "./day-times.ts";
import { formatDateTime, formatTime } from "./format.ts";

/** Punches in words, with what is known of when they were and whether they count. Pure. */

export type Punch = z.infer<typeof punchBody>;
export type Correction = z.infer<typeof correctionBody>;

export const ACTIONS: Readonly<Record<Punch["action"], string>> = {
  in: "In",
  out: "Out",
  "break-start": "Break",
  "break-end": "Back",
  "switch-project": "Project",
};

type Key = Pick<Punch, "terminal" | "store" | "seq">;
export const keyOf = ({ terminal, store, seq }: Key): string => `${terminal} ${store} ${seq}`;

/** `06:02`, or `between 05:10 and 06:40` where that is all that is known. */
export function whenWords({ basis, atMs, fromMs, toMs }: Punch, timeZone: string): string {
  if (basis !== "bounded") return formatTime(atMs, timeZone);
  if (toMs === null) return `after ${formatDateTime(fromMs, timeZone)}`;
  const isOneDay = dayAt(fromMs, timeZone) === dayAt(toMs, timeZone);
  const format = isOneDay ? formatTime : formatDateTime;
  return `between ${format(fromMs, timeZone)} and ${format(toMs, timeZone)}`;
}

/** `In 06:02`. */
export const punchWords = (punch: Punch, timeZone: string): string =>
  `${ACTIONS[punch.action]} ${whenWords(punch, timeZone)}`;

/** Why a punch is not in anybody's hours; null: it is. `voided`: the correction that took it out. */
export function whyNot({ undone, counts }: Punch, voided: Correction | null): string | null {
  if (voided !== null) return `voided by ${authorOf(voided)}: ${voided.reason}`;
  if (undone) return "undone";
  return counts ? null : "does not count";
}

export const authorOf = ({ authorName }: Correction): string => authorName ?? "the hub";

/** What someone's list of punches has: a punch with the correction that voids it, or a correction that adds one. */
export type Entry =
  | { readonly key: string; readonly punch: Punch; readonly voided: Correction | null }
  | { readonly key: string; readonly punch: null; readonly added: Correction };

/** Punches of one person in the order of their history, with what was added at its place; of one instant that comes last. */
export function entriesOf(punches: readonly Punch[], corrections: readonly Correction[]): Entry[] {
  const voids = new Map(
    corrections.flatMap((each) => (each.void === null ? [] : [[keyOf(each.void), each]])),
  );
  const added = corrections
    .filter((each) => each.add !== null)
    .sort((one, other) => other.atMs - one.atMs || (one.correction < other.correction ? 1 : -1));
  const entries: Entry[] = [];
  const addUpTo = (atMs: number): void => {
    for (let next = added.at(-1); next !== undefined && next.atMs < atMs; next = added.at(-1)) {
      entries.push({ key: next.correction, punch: null, added: next });
      added.pop();
    }
  };
  for (const punch of punches) {
    addUpTo(punch.atMs);
    entries.push({ key: keyOf(punch), punch, voided: voids.get(keyOf(punch)) ?? null });
  }
  addUpTo(Number.POSITIVE_INFINITY);
  return entries;
}
