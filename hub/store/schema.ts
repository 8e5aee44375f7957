import type { Generated, Kysely, Transaction } from "kysely";
import type { AuthMethod, ClockQuality, PresenceState, PunchAction } from "../../protocol/events.ts";
import type { EventSeq, KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { DiskState } from "../../protocol/terminal-facts.ts";
import type { Language, PinLength, Role } from "../../protocol/roster.ts";
import type { AccessTables } from "./access-schema.ts";
import type { HistoryTables, RawClockColumns, StandingColumns, TimeColumns } from "./history-schema.ts";
import type { MailTables } from "./mail-schema.ts";
import type { StoresTables } from "./stores-schema.ts";
import type { TriesTables } from "./tries-schema.ts";

/**
 * The hub's tables as TypeScript sees them. All columns have types that SQLite and PostgreSQL share: text, integer and
 * bigint; truth is 0 or 1, bytes are base64, instants are milliseconds since 1970.
 */

/** 0 or 1. */
export type Flag = 0 | 1;
export const flag = (value: boolean): Flag => (value ? 1 : 0);

export interface WorkspaceTable {
  /** Always 1: a hub keeps one workspace. */
  id: number;
  name: string;
  plan: Plan;
  pin_length: PinLength;
  number_length: number;
  /** IANA name: whose midnight a day of the workspace begins at. */
  time_zone: string;
  language: Language;
  /** Tells the right hub key from another one; see secrets.ts. */
  key_check: string;
  /** 1: PINs are kept so that they can be checked, and not so that they can be shown. */
  write_only_pins: Flag;
  /** JSON of {@link TrySettings}; null: the defaults. */
  try_settings: string | null;
  /** JSON, see workspace/tries.ts; null: the defaults. */
  alarm_settings: string | null;
  created_ms: number;
  /** By which version of punches/derive-all.ts what is derived from events was last derived as a whole. */
  derived_version: Generated<number>;
}

/** Rule 2 of product.md: PIN is a paid feature. */
export const PLANS = ["free", "standard"] as const;
export type Plan = (typeof PLANS)[number];

/** A PIN at rest; see pins/pin-keys.ts. All null: no PIN. */
export interface PinColumns {
  pin_salt: string | null;
  /** The output of the `Kdf`, from which verifiers are derived; sealed, never sent anywhere. */
  pin_slow_hash: string | null;
  /** Keyed, to tell equal PINs without opening them. Null with the hash still there: freed, but good to leave once. */
  pin_index: string | null;
  /** The PIN itself, sealed; null when it is write-only. */
  pin_sealed: string | null;
}

export const NO_PIN = {
  pin_salt: null,
  pin_slow_hash: null,
  pin_index: null,
  pin_sealed: null,
} as const satisfies PinColumns;

export interface PeopleTable extends PinColumns {
  id: PersonId;
  name: string;
  email: string | null;
  number: string;
  role: Role;
  /** Null: the kiosk's language. */
  language: Language | null;
  more_time: Flag;
  active: Flag;
  created_ms: number;
  /** What their card says of itself; null for who has none. */
  card: string | null;
}

export interface KiosksTable extends PinColumns {
  id: KioskId;
  /** Of a deleted kiosk its id, so that the name is free again. */
  name: string;
  requires_pin: Flag;
  /** 1: the plan turned Requires PIN off here (PIN rule 2), and one click can restore it. */
  requires_pin_lapsed: Flag;
  time_zone: string;
  language: Language;
  break_enabled: Flag;
  /** Grows by one with every change to the settings or to anything about an assignee. */
  roster_revision: number;
  /** Who knows an older revision than this may know what was lost when a backup was restored: nothing is a delta to that. Null: none was. */
  restored_revision: number | null;
  /** The revision at which the kiosk's own settings last changed. */
  settings_revision: number;
  /** The revision at which Requires PIN or the Universal PIN last changed (PIN case 9). */
  access_revision: number;
  created_ms: number;
  /** Null while it is there. Its row stays: punches and terminals name it. */
  deleted_ms: number | null;
  /** What a deleted kiosk was called. */
  deleted_name: string | null;
}

/** PINs of the length that is not the workspace's now: they come back with it (PIN case 7). */
export interface ShelvedPinsTable extends PinColumns {
  owner: PersonId | KioskId;
  length: PinLength;
}

/** PINs that admins typed lately: answers about clashes are an oracle, so they are counted. */
export interface PinEditsTable {
  id: string;
  actor: PersonId;
  at_ms: number;
}

/** Who may punch where. A row outlives the assignment, so that a terminal that knew the person learns of the end. */
export interface KioskPeopleTable {
  kiosk: KioskId;
  person: PersonId;
  /** The kiosk's roster revision at which this person last changed there. */
  changed_revision: number;
  /** The one at which their PIN, role or assignment last changed there (PIN case 9). */
  access_revision: number;
  removed: Flag;
  /** 1: unassigned while clocked in, and may still clock out, once (PIN case 11). */
  leaving: Flag;
}

export interface TerminalsTable {
  id: TerminalId;
  kiosk: KioskId;
  /** 32 raw bytes, base64. */
  public_key: string;
  key_epoch: number;
  software: string;
  claimed_ms: number;
  /** Null until the terminal first proved itself. */
  last_seen_ms: number | null;
  unsent: number;
  /** The ledger it last said hello with. */
  store: StoreId | null;
  /** Terminal clock less hub clock at a late status, and give or take how much; null span: the way there is in it. */
  clock_error_ms: number | null;
  clock_error_span_ms: number | null;
  /** What it said of its clock and of its disk; null before it said anything. */
  clock: ClockQuality | null;
  disk: DiskState | null;
  /** Events of its earlier stores that are not here yet, and damaged ledgers that lie beside its own, as it said. */
  pending_events: Generated<number>;
  set_aside: Generated<number>;
  /** 1: its place was taken away; see terminals/standing.ts. */
  revoked: Flag;
  /** 1: with a report that it is stolen. */
  stolen: Flag;
  /** When it was first sent the proof of that. */
  told_ms: number | null;
}

export interface ClaimTokensTable {
  /** SHA-256 of the token; the token itself is not kept. */
  token_hash: string;
  kiosk: KioskId;
  created_ms: number;
  expires_ms: number;
  /** The terminal it paired; null while unused. */
  used_by: TerminalId | null;
}

export interface EventsTable {
  terminal: TerminalId;
  store: StoreId;
  seq: EventSeq;
  hash: string;
  kind: string;
  person: PersonId | null;
  /** The envelope, verbatim. */
  text: string;
  received_ms: number;
}

/** Derived from events; can be thrown away and derived again. */
export interface PunchesTable extends RawClockColumns, TimeColumns, StandingColumns {
  person: PersonId;
  kiosk: KioskId;
  terminal: TerminalId;
  store: StoreId;
  seq: EventSeq;
  action: PunchAction;
  auth: AuthMethod;
  /** The state that the terminal knew the person to be in. */
  was: PresenceState;
  /** Of the kiosk's time zone at that time. */
  offset_minutes: number;
  /** Code on the screen (protocol/chain.ts). */
  receipt: string;
  /** Number of the `punch.undone` event in the same store, once that counts. */
  undone_by: EventSeq | null;
  /** 1: the terminal did not know yet that the person's PIN, role or assignment had changed (PIN case 9). */
  outdated: Flag;
}

/** Derived from punches: where each person stands. */
export interface PresencesTable {
  person: PersonId;
  state: PresenceState;
  since_ms: number | null;
  /** JSON array of `{fromMs, toMs}`. */
  spans: string;
  /** `order_ms` of the last in their history; null: there is nothing. */
  tail_ms: number | null;
  plain_state: Generated<StandingColumns["plain_state"]>;
}

/** "Forgot your PIN?": at most one open request a person. */
export interface PinRequestsTable {
  id: string;
  person: PersonId;
  kiosk: KioskId;
  at_ms: number;
  closed_ms: number | null;
}

export interface AuditTable {
  id: string;
  at_ms: number;
  /** Who did it: a person, or null for the hub itself. */
  actor: PersonId | null;
  action: string;
  /** Id of what it was done to. */
  subject: string | null;
}

export interface HubTables extends AccessTables, TriesTables, MailTables, StoresTables, HistoryTables {
  workspace: WorkspaceTable;
  people: PeopleTable;
  kiosks: KiosksTable;
  kiosk_people: KioskPeopleTable;
  shelved_pins: ShelvedPinsTable;
  pin_edits: PinEditsTable;
  terminals: TerminalsTable;
  claim_tokens: ClaimTokensTable;
  events: EventsTable;
  punches: PunchesTable;
  presences: PresencesTable;
  pin_requests: PinRequestsTable;
  audit: AuditTable;
}

/** What a query runs on: the store outside a transaction, or the transaction it is part of. */
export type Queries = Kysely<HubTables>;
/** For what must be all or nothing together with its caller's other changes. */
export type HubTransaction = Transaction<HubTables>;
