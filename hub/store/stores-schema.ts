import type { EventSeq, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { RenewReason } from "../../protocol/terminal-facts.ts";
import type { ForkId } from "../forks/ids.ts";
import type { Flag } from "./schema.ts";

/** The tables of terminals' ledgers: how far each is here, what is missing of it, and where it has two histories. */

/**
 * One history of a ledger. Where a ledger has several, the first that came has the ledger's own id, and each other one, a
 * branch, an id made of it (punches/place.ts): its row here, its events and its punches are under that id, though the events'
 * texts name the ledger's.
 */
export interface StoresTable {
  terminal: TerminalId;
  store: StoreId;
  /** The newest event of this history. */
  acked_seq: number;
  head_hash: string;
  /** Of a branch the ledger that it is of; null for that itself. */
  origin: StoreId | null;
  /** The store that has taken its place, as that said. */
  ended_by: StoreId | null;
  /** 1: it went on after its place was taken: what comes after its newest event is of a branch. */
  closed: Flag;
}

/** Events that are missing in a history: those after `after_seq` and before `until_seq`. */
export interface StoreGapsTable {
  terminal: TerminalId;
  /** Of a branch its own id. */
  store: StoreId;
  after_seq: number;
  until_seq: number;
  /** The hash of the missing event just before `until_seq`, as that names it. */
  until_previous: string;
  found_ms: number;
}

/** What the terminal signed: the ledger's events up to this one, of whichever history the hash is. */
export interface HeadsTable {
  terminal: TerminalId;
  /** The ledger's own id, as signed, of a branch too. */
  store: StoreId;
  seq: EventSeq;
  hash: string;
  /** Ed25519 over `chainHeadBytes`, base64. */
  signature: string;
}

/** Two histories of one ledger, for an admin to settle. */
export interface ForksTable {
  id: ForkId;
  terminal: TerminalId;
  /** The ledger. */
  store: StoreId;
  /** The other history; null while none of its events has come. */
  branch: StoreId | null;
  first_seq: number | null;
  reason: RenewReason;
  found_ms: number;
  /** Null while it is open. */
  settled_ms: number | null;
  /** 1: the branch's punches count; null while it is open. */
  counted: Flag | null;
}

export interface StoresTables {
  stores: StoresTable;
  store_gaps: StoreGapsTable;
  heads: HeadsTable;
  forks: ForksTable;
}
