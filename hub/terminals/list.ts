import type { ClockQuality } from "../../protocol/events.ts";
import type { KioskId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { DiskState } from "../../protocol/messages.ts";
import type { Queries } from "../store/schema.ts";
import { standingOf, type Standing } from "./standing.ts";

/** What a terminal says of itself with each status, as far as it is shown. */
export interface TerminalHealth {
  readonly lastSeenMs: number | null;
  readonly unsent: number;
  /** Events of its earlier stores that are not here yet. */
  readonly pendingEvents: number;
  readonly clock: ClockQuality | null;
  /** Terminal clock less hub clock, milliseconds. */
  readonly clockErrorMs: number | null;
  /** Give or take; null: not measured, the way of the message is in the error. */
  readonly clockErrorSpanMs: number | null;
  readonly disk: DiskState | null;
  /** Damaged ledgers that lie beside its own. */
  readonly setAside: number;
}

export interface TerminalListing extends TerminalHealth {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  readonly kioskName: string;
  readonly software: string;
  /** The ledger it last greeted with. */
  readonly store: StoreId | null;
  /** Events whose neighbours came and which did not. */
  readonly missingEvents: number;
  readonly openForks: number;
  readonly revoked: boolean;
  readonly standing: Standing;
  /** When it was first told that its place is taken away. */
  readonly toldMs: number | null;
}

/** All terminals, by kiosk. Whether one is connected now is for the sessions to say. */
export async function listTerminals(queries: Queries): Promise<TerminalListing[]> {
  const rows = await queries
    .selectFrom("terminals")
    .innerJoin("kiosks", "kiosks.id", "terminals.kiosk")
    .selectAll("terminals")
    .select("kiosks.name as kiosk_name")
    .orderBy("kiosks.name")
    .orderBy("terminals.id")
    .execute();
  const openForks = await openForksByTerminal(queries);
  const missing = await missingByTerminal(queries);
  return rows.map((row) => ({
    terminal: row.id,
    kiosk: row.kiosk,
    kioskName: row.kiosk_name,
    software: row.software,
    lastSeenMs: row.last_seen_ms,
    unsent: row.unsent,
    pendingEvents: row.pending_events,
    missingEvents: missing.get(row.id) ?? 0,
    clock: row.clock,
    clockErrorMs: row.clock_error_ms,
    clockErrorSpanMs: row.clock_error_span_ms,
    disk: row.disk,
    setAside: row.set_aside,
    store: row.store,
    revoked: row.revoked === 1,
    standing: standingOf(row),
    toldMs: row.told_ms,
    openForks: openForks.get(row.id) ?? 0,
  }));
}

async function openForksByTerminal(queries: Queries): Promise<ReadonlyMap<TerminalId, number>> {
  const rows = await queries
    .selectFrom("forks")
    .select((row) => ["terminal", row.fn.countAll<number>().as("count")])
    .where("settled_ms", "is", null)
    .groupBy("terminal")
    .execute();
  return new Map(rows.map((row) => [row.terminal, row.count]));
}

async function missingByTerminal(queries: Queries): Promise<ReadonlyMap<TerminalId, number>> {
  const rows = await queries
    .selectFrom("store_gaps")
    .select(["terminal", "after_seq", "until_seq"])
    .execute();
  const missing = new Map<TerminalId, number>();
  for (const gap of rows) {
    missing.set(gap.terminal, (missing.get(gap.terminal) ?? 0) + gap.until_seq - gap.after_seq - 1);
  }
  return missing;
}
