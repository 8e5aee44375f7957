import type * as z from "zod";
import { stateAfter } from "../../protocol/presence.ts";
import type { conflictBody } from "../http/history-schemas.ts";
import { formatTime, isolated } from "./format.ts";
import { ACTIONS, keyOf, punchWords, whenWords, type Entry, type Punch } from "./punch-words.ts";

/** What does not fit, as whoever does the pay would say it, and what each decision comes to. Pure. */

export type Conflict = z.infer<typeof conflictBody>;
export type Decision = NonNullable<Conflict["decision"]>;

export const TITLES: Readonly<Record<Conflict["kind"], string>> = {
  state: "Punches disagree",
  correction: "Came in after a correction",
  "closed-day": "Came late for a closed day",
  "time-unknown": "The terminal did not know the time",
  undo: "Taken back, and built upon",
};

export const DECISIONS: Readonly<Record<Decision, string>> = {
  count: "Count",
  "leave-out": "Leave out",
  "as-is": "Leave as is",
};

const STATES = { in: "in", out: "out", break: "on a break" } as const;

interface Around {
  /** Of the conflict's person and day, in order. */
  readonly entries: readonly Entry[];
  readonly kioskName: (punch: Punch) => string;
  readonly timeZone: string;
}

/** One or two sentences. */
export function conflictWords(conflict: Conflict, { entries, kioskName, timeZone }: Around): string {
  const { kind, punches, detail } = conflict;
  const name = isolated(conflict.name);
  const [punch] = punches;
  if (punch === undefined) return detail;
  const at = (each: Punch): string => `${punchWords(each, timeZone)} at ${kioskName(each)}`;
  switch (kind) {
    case "state": {
      const before = standingBefore(punch, entries);
      if (before === null) return detail;
      const since =
        before.entry.punch === null
          ? `${formatTime(before.entry.added.atMs, timeZone)}, as was added`
          : `${formatTime(before.entry.punch.atMs, timeZone)} at ${kioskName(before.entry.punch)}`;
      const isTwo = before.entry.punch !== null && before.entry.punch.terminal !== punch.terminal;
      const already = before.state === stateAfter(before.state, punch.action) ? "already " : "";
      const came = `when ${ACTIONS[punch.action]} came from ${kioskName(punch)} at ${whenWords(punch, timeZone)}`;
      return `${isTwo ? "Two terminals: " : ""}${name} was ${already}${STATES[before.state]} since ${since} ${came}.`;
    }
    case "time-unknown": {
      const all = punches.map((each) => `${ACTIONS[each.action]} ${whenWords(each, timeZone)}`);
      return `The clock at ${kioskName(punch)} was never set while the terminal was on: ${all.join(", ")}.`;
    }
    case "closed-day":
      return isUndo(conflict)
        ? `${at(punch)} was taken back at the terminal, but that came in when the day was closed.`
        : `${at(punch)} came in when the day was closed already.`;
    case "undo": {
      const next = punches[1];
      const built = next === undefined ? "another punch" : at(next);
      return `${at(punch)} was taken back there, but ${built} had followed it meanwhile.`;
    }
    case "correction":
      return `${at(punch)}${isUndo(conflict) ? " was taken back, which" : ""} came in after somebody had corrected punches of ${name} around that time.`;
  }
}

/** Whether it is about the undo of a punch: the hub then lists the punch, which is not the event that is decided about. */
function isUndo({ kind, detail }: Conflict): boolean {
  return kind === "undo" || detail.includes("taken back");
}

/** What a person was before a punch, by what counts, and since which entry of the day; null: by an earlier day. */
function standingBefore(
  punch: Punch,
  entries: readonly Entry[],
): { readonly entry: Entry; readonly state: keyof typeof STATES } | null {
  let since: Entry | null = null;
  let state: keyof typeof STATES = "in";
  for (const entry of entries) {
    if (entry.key === keyOf(punch)) return since === null ? null : { entry: since, state };
    const action = entry.punch === null ? entry.added.add?.action : entry.punch.action;
    const counts = entry.punch === null || (entry.punch.counts && entry.voided === null);
    if (action === undefined || !counts) continue;
    const next = stateAfter(state, action);
    if (since === null || next !== state) since = entry;
    state = next;
  }
  return null;
}

/** What a decision will do, before it is made. */
export function decisionWords(conflict: Conflict, decision: Decision): string {
  if (decision === "as-is") return "Nothing changes. It is kept as looked at, and not asked again.";
  const isCount = decision === "count";
  if (isUndo(conflict)) {
    return isCount
      ? "The taking back counts: the punch is out of the hours."
      : "The taking back does not count: the punch stays in the hours.";
  }
  const many = conflict.punches.length > 1;
  const they = many ? "The punches" : "The punch";
  if (conflict.kind === "time-unknown") {
    return isCount
      ? `${they} count${many ? "" : "s"}, at the best guess of the time. Void and add to say a better one.`
      : `${they} count${many ? "" : "s"} no more. Add what is missing afterwards, with its right time.`;
  }
  const counts = conflict.punches.some((each) => each.counts);
  if (isCount)
    return counts
      ? `${they} go${many ? "" : "es"} on counting.`
      : `${they} count${many ? "" : "s"} from now on.`;
  return counts
    ? `${they} count${many ? "" : "s"} no more; hours are worked out without ${many ? "them" : "it"}.`
    : `${they} stay${many ? "" : "s"} out of the hours.`;
}
