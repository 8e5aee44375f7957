import type { ClockQuality, PresenceState, PunchAction } from "../../protocol/events.ts";
import type { BootId, EventSeq, KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { TimeBasis } from "../../protocol/event-time.ts";
import type { AuthMethod } from "../../protocol/events.ts";
import type { Flag } from "./schema.ts";

/** The tables of what happened when, and what a person decided about it. */

/** An event's own clocks, as it came (see protocol/event-time.ts). */
export interface RawClockColumns {
  boot: BootId;
  monotonic_ms: number;
  wall_ms: number;
  clock: ClockQuality;
  received_ms: number;
}

/** When it happened, derived from those and from what was learned later. */
export interface TimeColumns {
  at_ms: number;
  basis: TimeBasis;
  from_ms: number;
  to_ms: number | null;
  /** When the hub came to know that time: it received the event, or the `clock.synced` that told it. */
  known_ms: number;
}

/** Where something stands in its person's history, and what the history comes to with it. */
export interface StandingColumns {
  /** The history's order; never less than that of an earlier event of the same store about the same person. */
  order_ms: number;
  /** 0: undone, left out, or not yet decided upon. */
  counts: Flag;
  state: PresenceState;
  since_ms: number | null;
  /** The state without anybody's corrections, as terminals that know of none have it. */
  plain_state: PresenceState;
}

/** `punch.undone`, as it came; which punch it takes back is derived (`punches.undone_by`). */
export interface UndosTable extends RawClockColumns, TimeColumns {
  terminal: TerminalId;
  store: StoreId;
  seq: EventSeq;
  person: PersonId;
  target: EventSeq;
  auth: AuthMethod;
  /** Code on the screen (protocol/chain.ts). */
  receipt: string;
}

/** What is known of a boot of a terminal, from its events in one store. Offsets are wall time less monotonic. */
export interface BootsTable {
  terminal: TerminalId;
  store: StoreId;
  boot: BootId;
  first_seq: number;
  /** By the raw clock of its first event. */
  raw_offset_ms: number;
  last_seq: number;
  last_monotonic_ms: number;
  /** By the first event whose clock was set or holding. */
  known_seq: number | null;
  known_offset_ms: number | null;
  /** By the best `clock.synced`. */
  synced_seq: number | null;
  synced_offset_ms: number | null;
  synced_error_ms: number | null;
  /** When the hub took in the first of them. */
  synced_received_ms: number | null;
  /** No later than this: the hub had its events by then. */
  latest_offset_ms: number;
  /** Derived: null where the time of this boot is not known, and what it lies between then. */
  offset_ms: number | null;
  from_ms: number | null;
  to_ms: number | null;
}

export const CONFLICT_KINDS = ["state", "correction", "closed-day", "time-unknown", "undo"] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];

export const DECISIONS = ["count", "leave-out", "as-is"] as const;
export type Decision = (typeof DECISIONS)[number];

/** What does not fit, for a person to settle. The id says what it is about, so that it is raised once. */
export interface ConflictsTable {
  id: string;
  person: PersonId;
  kind: ConflictKind;
  /** YYYY-MM-DD in the workspace's time zone. */
  day: string;
  /** The event that is decided about; of an unknown time, the first event of its boot. */
  terminal: TerminalId;
  store: StoreId;
  seq: EventSeq;
  /** Of an unknown time. */
  boot: BootId | null;
  /** JSON array of `[terminal, store, seq]`: punches to be shown with it. */
  punches: string;
  /** For a person. */
  detail: string;
  opened_ms: number;
  /** Null while it is open. */
  settled_ms: number | null;
  /** Null of one that is open, or that closed itself when it did not hold any more. */
  decision: Decision | null;
  settled_by: PersonId | null;
  reason: string | null;
}

/** An admin's records beside the originals; never edited. */
export interface CorrectionsTable extends StandingColumns {
  id: string;
  person: PersonId;
  kind: "add" | "void";
  /** Of what is added. */
  action: PunchAction | null;
  kiosk: KioskId | null;
  /** When the added punch was; of a void, when the voided one was as the admin saw it. */
  at_ms: number;
  /** The punch that is voided. */
  terminal: TerminalId | null;
  store: StoreId | null;
  seq: EventSeq | null;
  reason: string;
  /** Null: the hub itself. */
  author: PersonId | null;
  created_ms: number;
}

/** How far days are closed, and since when. Later rows reach further; opening again takes rows away. */
export interface ClosingsTable {
  /** YYYY-MM-DD: days up to and with it are closed. */
  until_day: string;
  /** The instant at which that day ended in the workspace's time zone. */
  until_ms: number;
  closed_ms: number;
}

export interface HistoryTables {
  undos: UndosTable;
  boots: BootsTable;
  conflicts: ConflictsTable;
  corrections: CorrectionsTable;
  closings: ClosingsTable;
}
