import type { TimeBasis } from "../../protocol/event-time.ts";
import type { AuthMethod, PresenceState, PunchAction } from "../../protocol/events.ts";
import type { BootId, EventSeq, StoreId, TerminalId } from "../../protocol/ids.ts";
import { applyPunch, stateAfter, type Presence } from "../../protocol/presence.ts";
import type { ConflictKind, Decision } from "../store/history-schema.ts";

/**
 * A person's history: what counts, in which order, where it leaves them, and what does not fit. Pure, and the same in
 * whatever order the facts became known. Within one store the order is that of the numbers, whatever clocks did; between
 * stores it is by time. Nothing is guessed: what does not fit is a conflict, for a person to settle.
 */

/** An event by its place in a ledger. */
export interface EventKey {
  readonly terminal: TerminalId;
  readonly store: StoreId;
  readonly seq: EventSeq;
}
export const keyText = ({ terminal, store, seq }: EventKey): string => `${terminal} ${store} ${seq}`;

interface TimedFact extends EventKey {
  readonly atMs: number;
  readonly basis: TimeBasis;
  readonly boot: BootId;
  readonly auth: AuthMethod;
  readonly receivedMs: number;
  /** When the hub knew `atMs`. */
  readonly knownMs: number;
}

export interface PunchFact extends TimedFact {
  readonly action: PunchAction;
  readonly was: PresenceState;
}

export interface UndoFact extends TimedFact {
  readonly target: EventSeq;
}

/** What an admin recorded beside the originals. */
export interface AdditionFact {
  readonly id: string;
  readonly action: PunchAction;
  readonly atMs: number;
}
/** Something that an admin corrected, and when that was done. */
export interface CorrectedFact {
  readonly atMs: number;
  readonly createdMs: number;
}

/** What a person decided; of an unknown time about all of a boot, else about one event. */
export interface DecisionFact extends EventKey {
  readonly kind: ConflictKind;
  readonly boot: BootId | null;
  readonly decision: Decision;
}

/** Days that ended by `untilMs` are closed since `closedMs`. */
export interface Closing {
  readonly untilMs: number;
  readonly closedMs: number;
}

export interface HistoryFacts {
  readonly punches: readonly PunchFact[];
  readonly undos: readonly UndoFact[];
  readonly additions: readonly AdditionFact[];
  /** Punches that admins voided. */
  readonly voids: readonly EventKey[];
  /** All corrections from {@link AROUND_CORRECTION_MS} before the first punch on. */
  readonly corrected: readonly CorrectedFact[];
  readonly decisions: readonly DecisionFact[];
  /** Each reaches further than the one before. */
  readonly closings: readonly Closing[];
}

/** Where a history begins, or has come to. */
export interface Standing {
  readonly presence: Presence;
  /** The state without anybody's additions. */
  readonly plainState: PresenceState;
}

/** Where something stands in the history, and where the person stands after it. */
export interface Placed {
  readonly orderMs: number;
  readonly counts: boolean;
  readonly state: PresenceState;
  readonly sinceMs: number | null;
  readonly plainState: PresenceState;
}
export interface PlacedPunch extends Placed {
  readonly punch: PunchFact;
  readonly undoneBy: EventSeq | null;
}
export interface PlacedAddition extends Placed {
  readonly addition: AdditionFact;
}

/** What does not fit; `subject` is what is decided about. */
export interface FoundConflict {
  readonly kind: ConflictKind;
  readonly subject: EventKey;
  readonly boot: BootId | null;
  /** When what it is about happened. */
  readonly atMs: number;
  readonly punches: readonly EventKey[];
  readonly detail: string;
}

export interface History {
  readonly punches: readonly PlacedPunch[];
  readonly additions: readonly PlacedAddition[];
  readonly conflicts: readonly FoundConflict[];
  readonly end: Standing;
  /** `orderMs` of the last of all, or when a punch was last taken back; null of nothing. */
  readonly tailMs: number | null;
}

/** A punch or undo that comes in after a correction concerns it when it happened this near to what was corrected: a shift. */
export const AROUND_CORRECTION_MS = 16 * 60 * 60 * 1000;

interface OrderedPunch {
  readonly punch: PunchFact;
  readonly orderMs: number;
}

/** Derives the history of one person that begins at `base`. */
export function deriveHistory(facts: HistoryFacts, base: Standing): History {
  const ordered = inOrder(facts.punches);
  const decided = decisionsOf(facts.decisions);
  const conflicts: FoundConflict[] = [];
  const undone = undoneOf(facts, ordered, decided, conflicts);
  const voided = new Set(facts.voids.map(keyText));

  const judge = (punch: PunchFact): boolean => {
    if (undone.has(keyText(punch)) || voided.has(keyText(punch)) || decided.isLeftOut(punch)) return false;
    if (!isLate(punch, facts.closings)) return true;
    conflicts.push(about("closed-day", punch, LATE));
    return decided.has("closed-day", punch, "count");
  };

  let standing = base;
  let tailMs = lastUndoMs(facts);
  const punches: PlacedPunch[] = [];
  const additions: PlacedAddition[] = [];
  for (const each of merged(ordered, facts.additions)) {
    tailMs = Math.max(tailMs ?? each.orderMs, each.orderMs);
    const { orderMs } = each;
    if (each.addition !== null) {
      const { action, atMs } = each.addition;
      standing = { ...standing, presence: applyPunch(standing.presence, action, atMs) };
      additions.push({ addition: each.addition, ...placed(orderMs, true, standing) });
      continue;
    }
    const { punch } = each;
    const counts = judge(punch);
    const undoneBy = undone.get(keyText(punch)) ?? null;
    if (counts) {
      conflicts.push(...misfits(punch, standing, facts));
      standing = {
        presence: applyPunch(standing.presence, punch.action, punch.atMs),
        plainState: stateAfter(standing.plainState, punch.action),
      };
    }
    punches.push({ punch, undoneBy, ...placed(orderMs, counts, standing) });
  }
  return { punches, additions, conflicts, end: standing, tailMs };
}

function placed(orderMs: number, counts: boolean, { presence, plainState }: Standing): Placed {
  return { orderMs, counts, state: presence.state, sinceMs: presence.sinceMs, plainState };
}

/** By time; but a punch never comes before an earlier one of its store. */
function inOrder(punches: readonly PunchFact[]): OrderedPunch[] {
  const ordered: OrderedPunch[] = [];
  for (const ofStore of Map.groupBy(punches, ({ terminal, store }) => `${terminal} ${store}`).values()) {
    let orderMs = Number.NEGATIVE_INFINITY;
    for (const punch of ofStore.toSorted((one, other) => one.seq - other.seq)) {
      orderMs = Math.max(orderMs, punch.atMs);
      ordered.push({ punch, orderMs });
    }
  }
  return ordered.sort((one, other) => one.orderMs - other.orderMs || byPlace(one.punch, other.punch));
}

function byPlace(one: EventKey, other: EventKey): number {
  return compare(one.terminal, other.terminal) || compare(one.store, other.store) || one.seq - other.seq;
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

type Entry =
  | { readonly orderMs: number; readonly punch: PunchFact; readonly addition: null }
  | { readonly orderMs: number; readonly addition: AdditionFact };

/** Of one instant an admin's addition comes last. */
function merged(ordered: readonly OrderedPunch[], additions: readonly AdditionFact[]): Entry[] {
  const added = additions
    .toSorted((one, other) => one.atMs - other.atMs || compare(one.id, other.id))
    .map((addition) => ({ orderMs: addition.atMs, addition }));
  const entries: Entry[] = [];
  let next = 0;
  for (const { punch, orderMs } of ordered) {
    for (let each = added[next]; each !== undefined && each.orderMs < orderMs; each = added[(next += 1)]) {
      entries.push(each);
    }
    entries.push({ punch, orderMs, addition: null });
  }
  return [...entries, ...added.slice(next)];
}

interface Decided {
  has(kind: ConflictKind, about: EventKey, decision: Decision): boolean;
  isLeftOut(fact: TimedFact): boolean;
}

function decisionsOf(decisions: readonly DecisionFact[]): Decided {
  const made = new Set(
    decisions.map(
      (each) =>
        `${each.kind} ${each.decision} ${each.boot ?? ""} ${each.boot === null ? keyText(each) : each.store}`,
    ),
  );
  const kinds: readonly ConflictKind[] = ["state", "correction", "closed-day", "undo"];
  const has: Decided["has"] = (kind, subject, decision) =>
    made.has(`${kind} ${decision}  ${keyText(subject)}`);
  return {
    has,
    isLeftOut: (fact) =>
      made.size > 0 &&
      (kinds.some((kind) => has(kind, fact, "leave-out")) ||
        made.has(`time-unknown leave-out ${fact.boot} ${fact.store}`)),
  };
}

/** Whether it became known after the day it belongs to had been closed. */
export function isLate({ atMs, knownMs }: TimedFact, closings: readonly Closing[]): boolean {
  const closing = closings.find(({ untilMs }) => atMs < untilMs);
  return closing !== undefined && knownMs > closing.closedMs;
}

/** Which punches are taken back, and by which event. What another terminal built on is a conflict, and not taken back. */
function undoneOf(
  facts: HistoryFacts,
  ordered: readonly OrderedPunch[],
  decided: Decided,
  conflicts: FoundConflict[],
): ReadonlyMap<string, EventSeq> {
  const undone = new Map<string, EventSeq>();
  if (facts.undos.length === 0) return undone;
  const places = new Map(ordered.map(({ punch }, index) => [keyText(punch), index]));
  const valid = facts.undos
    .flatMap((undo) => {
      const index = places.get(keyText({ ...undo, seq: undo.target }));
      const target = index === undefined ? undefined : ordered[index];
      if (index === undefined || target === undefined || undo.target >= undo.seq) return [];
      // Rule 5 of product.md: who came in by the Universal PIN never undoes a personal punch.
      if (undo.auth === "universal" && target.punch.auth === "personal") return [];
      return [{ undo, index, target }];
    })
    .sort((one, other) => byPlace(one.undo, other.undo));
  const takenBack = new Set(valid.map(({ target }) => keyText(target.punch)));
  for (const { undo, index, target } of valid) {
    const key = keyText(target.punch);
    if (undone.has(key) || decided.isLeftOut(undo)) continue;
    if (isLate(target.punch, facts.closings)) {
      undone.set(key, undo.seq);
      continue;
    }
    if (isLate({ ...undo, atMs: target.punch.atMs }, facts.closings)) {
      conflicts.push({ ...about("closed-day", undo, LATE_UNDO), punches: [target.punch] });
      if (!decided.has("closed-day", undo, "count")) continue;
    }
    const builtOn = ordered.slice(index + 1).find(({ punch, orderMs }) => {
      const isBetween = orderMs <= Math.max(undo.atMs, target.orderMs);
      return isBetween && !isSameStore(punch, undo) && !takenBack.has(keyText(punch));
    });
    if (builtOn !== undefined) {
      conflicts.push({ ...about("undo", undo, BUILT_ON), punches: [target.punch, builtOn.punch] });
      if (!decided.has("undo", undo, "count")) continue;
    }
    const correction = correctionAround(undo, facts);
    if (correction) conflicts.push({ ...about("correction", undo, CORRECTED), punches: [target.punch] });
    undone.set(key, undo.seq);
  }
  return undone;
}

/** Of those whose punches are here. */
function lastUndoMs({ undos, punches }: HistoryFacts): number | null {
  if (undos.length === 0) return null;
  const keys = new Set(punches.map(keyText));
  const taking = undos.filter((undo) => keys.has(keyText({ ...undo, seq: undo.target })));
  return taking.length === 0 ? null : Math.max(...taking.map(({ atMs }) => atMs));
}

const isSameStore = (one: EventKey, other: EventKey): boolean =>
  one.terminal === other.terminal && one.store === other.store;

/** What is odd about a punch that counts. */
function* misfits(punch: PunchFact, before: Standing, facts: HistoryFacts): Iterable<FoundConflict> {
  const { state } = before.presence;
  // A terminal that had not heard of an addition yet says what the punches alone come to.
  if (punch.was !== state && punch.was !== before.plainState) {
    yield about(
      "state",
      punch,
      `For the terminal this punch began from "${punch.was}"; with what came in from elsewhere it began from "${state}".`,
    );
  }
  if (punch.basis === "bounded") yield { ...about("time-unknown", punch, UNKNOWN), boot: punch.boot };
  if (correctionAround(punch, facts)) yield about("correction", punch, CORRECTED);
}

/** Whether an admin had corrected near it before it was known, and after it happened. */
function correctionAround(fact: TimedFact, { corrected }: HistoryFacts): boolean {
  return corrected.some(
    ({ atMs, createdMs }) =>
      createdMs < fact.receivedMs &&
      createdMs >= fact.atMs &&
      Math.abs(atMs - fact.atMs) <= AROUND_CORRECTION_MS,
  );
}

function about(kind: ConflictKind, fact: PunchFact | UndoFact, detail: string): FoundConflict {
  const { terminal, store, seq, atMs } = fact;
  const subject = { terminal, store, seq };
  return { kind, subject, boot: null, atMs, punches: "action" in fact ? [subject] : [], detail };
}

const LATE = "This punch came in after its day was closed. It does not count unless you say so.";
const LATE_UNDO =
  "This punch was taken back at the terminal, which came in after its day was closed. It counts on unless you say so.";
const BUILT_ON =
  "This punch was taken back at its terminal, and meanwhile a punch elsewhere had been built on it. It counts on unless you say so.";
const UNKNOWN =
  "The terminal's clock was never set while it was on: the time of its punches then lies between those given.";
const CORRECTED =
  "This came in after somebody had corrected this person's punches around that time. It counts unless you leave it out.";
