import type { KioskId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { RenewReason } from "../../protocol/messages.ts";
import type { Queries } from "../store/schema.ts";
import type { ForkId } from "./ids.ts";

/** Settled forks that are listed beside the open ones, the latest. */
const MAX_SETTLED_LISTED = 200;

export interface ForkListing {
  readonly fork: ForkId;
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  readonly kioskName: string;
  /** The ledger that has two histories. */
  readonly store: StoreId;
  /** The first event of the other history; null while none has come. */
  readonly firstSeq: number | null;
  /** Events of the other history, and the punches among them. */
  readonly events: number;
  readonly punches: number;
  readonly foundMs: number;
  readonly reason: RenewReason;
  /** Null: open. */
  readonly settledMs: number | null;
  /** Whether the other history's punches count; null: open. */
  readonly counted: boolean | null;
}

/** Forks, the open ones first, each kind by when it was found, the newest first. */
export async function listForks(queries: Queries): Promise<ForkListing[]> {
  const selected = queries
    .selectFrom("forks")
    .innerJoin("terminals", "terminals.id", "forks.terminal")
    .innerJoin("kiosks", "kiosks.id", "terminals.kiosk")
    .selectAll("forks")
    .select("kiosks.id as kiosk")
    .select((row) => [
      row.fn.coalesce("kiosks.deleted_name", "kiosks.name").$notNull().as("kiosk_name"),
      row
        .selectFrom("events")
        .whereRef("events.terminal", "=", "forks.terminal")
        .whereRef("events.store", "=", "forks.branch")
        .select((event) => event.fn.countAll<number>().as("count"))
        .as("events"),
      row
        .selectFrom("events")
        .whereRef("events.terminal", "=", "forks.terminal")
        .whereRef("events.store", "=", "forks.branch")
        .where("events.kind", "=", "punch")
        .select((event) => event.fn.countAll<number>().as("count"))
        .as("punches"),
    ])
    .orderBy("forks.found_ms", "desc")
    .orderBy("forks.id");
  const open = await selected.where("forks.settled_ms", "is", null).execute();
  const settled = await selected
    .where("forks.settled_ms", "is not", null)
    .limit(MAX_SETTLED_LISTED)
    .execute();
  return [...open, ...settled].map((row) => ({
    fork: row.id,
    terminal: row.terminal,
    kiosk: row.kiosk,
    kioskName: row.kiosk_name,
    store: row.store,
    firstSeq: row.first_seq,
    events: row.events ?? 0,
    punches: row.punches ?? 0,
    foundMs: row.found_ms,
    reason: row.reason,
    settledMs: row.settled_ms,
    counted: row.counted === null ? null : row.counted === 1,
  }));
}

/** Open forks of a terminal: while there are any, it gets no roster. */
export async function countOpenForks(queries: Queries, terminal: TerminalId): Promise<number> {
  const { count } = await queries
    .selectFrom("forks")
    .select((row) => row.fn.countAll<number>().as("count"))
    .where("terminal", "=", terminal)
    .where("settled_ms", "is", null)
    .executeTakeFirstOrThrow();
  return count;
}
