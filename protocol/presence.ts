import type { PresenceState, PunchAction } from "./events.ts";
import { MAX_SPANS } from "./limits.ts";

/**
 * Presence: where a person stands (out, in, on break) and the work spans it came from. Terminal and hub derive it with
 * the same functions: the hub from all events, the terminal by putting its own newer events on top of the hub's.
 * No schema here: the terminal's core uses this file, and shows its first screen before any library is loaded.
 */

/** Wall times, milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Presence {
  readonly state: PresenceState;
  /** Wall time at which this state began; null for someone who never punched. */
  readonly sinceMs: number | null;
  /** Closed work spans, oldest first, the latest MAX_SPANS at most. An open span is `state: "in"` with `sinceMs`. */
  readonly spans: readonly Span[];
}

export const NEVER_PUNCHED: Presence = { state: "out", sinceMs: null, spans: [] };

const RESULTING_STATE: Readonly<Record<PunchAction, PresenceState | "same">> = {
  in: "in",
  out: "out",
  "break-start": "break",
  "break-end": "in",
  "switch-project": "same",
};

/** The state after a punch. */
export function stateAfter(before: PresenceState, action: PunchAction): PresenceState {
  const wanted = RESULTING_STATE[action];
  return wanted === "same" ? before : wanted;
}

/**
 * Presence after a punch at `atMs`. A span is closed by whatever ends work; a punch that repeats the state it finds
 * (in while in) leaves the earlier time standing. Time running backwards (a clock step) closes an empty span.
 */
export function applyPunch(before: Presence, action: PunchAction, atMs: number): Presence {
  const state = stateAfter(before.state, action);
  if (state === before.state) return before;
  const closed =
    before.state === "in" && before.sinceMs !== null
      ? [...before.spans, { fromMs: before.sinceMs, toMs: Math.max(before.sinceMs, atMs) }].slice(-MAX_SPANS)
      : before.spans;
  return { state, sinceMs: atMs, spans: closed };
}

/** A punch in a person's history, with what is needed to derive from it. */
export interface HistoricPunch {
  readonly action: PunchAction;
  readonly atMs: number;
}

export function presenceOf(punches: Iterable<HistoricPunch>, base: Presence = NEVER_PUNCHED): Presence {
  let current = base;
  for (const punch of punches) current = applyPunch(current, punch.action, punch.atMs);
  return current;
}

/**
 * Presence before the latest punch, for undo. Exact as long as that punch is the latest: leaving "in" pushed a span,
 * so taking it back pops that span; entering "in" pushed none. `was` is the state the punch started from.
 */
export function undoPunch(after: Presence, was: PresenceState): Presence {
  if (after.state === was) return after;
  const last = after.spans.at(-1);
  if (was === "in") {
    if (last === undefined) return { ...after, state: "in" };
    return { state: "in", sinceMs: last.fromMs, spans: after.spans.slice(0, -1) };
  }
  return { state: was, sinceMs: last?.toMs ?? null, spans: after.spans };
}

/** Worked milliseconds between two instants, an open span counted up to `nowMs`. */
export function workedMs(current: Presence, fromMs: number, toMs: number, nowMs: number): number {
  const open: Span[] =
    current.state === "in" && current.sinceMs !== null ? [{ fromMs: current.sinceMs, toMs: nowMs }] : [];
  let total = 0;
  for (const each of [...current.spans, ...open]) {
    total += Math.max(0, Math.min(each.toMs, toMs) - Math.max(each.fromMs, fromMs));
  }
  return total;
}
