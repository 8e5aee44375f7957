import { eventSeq, type KioskId, type StoreId, type TerminalId } from "../../protocol/ids.ts";
import { EMPTY_CHAIN, type ChainHead } from "../../protocol/chain.ts";
import type { HubContext } from "../context.ts";
import type { Queries, TerminalsTable } from "../store/schema.ts";
import { standingOf, type Standing } from "./standing.ts";

/** What the hub knows of paired terminals. */

export type Terminal = Readonly<TerminalsTable>;

/** Null for an id that no claim ever gave out. */
export async function findTerminal(queries: Queries, terminal: TerminalId): Promise<Terminal | null> {
  const row = await queries.selectFrom("terminals").selectAll().where("id", "=", terminal).executeTakeFirst();
  return row ?? null;
}

export interface Hello {
  readonly software: string;
  readonly store: StoreId;
  readonly lastSeq: number;
  readonly lastHash: string;
}

export type Greeting =
  | { readonly standing: "sound"; readonly ackedSeq: number }
  /** The store's history is not the one that the hub has. */
  | { readonly standing: "forked" };

/**
 * Notes that a terminal proved itself, and compares its ledger with what is committed here: another hash under the
 * number it names is a fork, even before the first event is sent.
 */
export async function greetTerminal(
  context: HubContext,
  terminal: TerminalId,
  hello: Hello,
): Promise<Greeting> {
  const greeting = await context.store.transaction(async (transaction): Promise<Greeting> => {
    await transaction
      .updateTable("terminals")
      .set({ software: hello.software, store: hello.store, last_seen_ms: context.wallClock.wallMs() })
      .where("id", "=", terminal)
      .execute();
    const store = await transaction
      .selectFrom("stores")
      .selectAll()
      .where("terminal", "=", terminal)
      .where("store", "=", hello.store)
      .executeTakeFirst();
    if (store === undefined) return { standing: "sound", ackedSeq: 0 };
    if (store.forked === 1) return { standing: "forked" };
    const here = await hashAt(transaction, terminal, hello.store, hello.lastSeq, store);
    if (here === null || here === hello.lastHash) return { standing: "sound", ackedSeq: store.acked_seq };
    await transaction
      .updateTable("stores")
      .set({ forked: 1 })
      .where("terminal", "=", terminal)
      .where("store", "=", hello.store)
      .execute();
    return { standing: "forked" };
  });
  context.changes.tell({ topics: ["terminals"], rosters: [] });
  return greeting;
}

/** The hash of the store's event `seq`; null when it is newer than anything here. */
async function hashAt(
  queries: Queries,
  terminal: TerminalId,
  store: StoreId,
  seq: number,
  head: { readonly acked_seq: number },
): Promise<ChainHead["hash"] | null> {
  if (seq === 0) return EMPTY_CHAIN.hash;
  if (seq > head.acked_seq) return null;
  const row = await queries
    .selectFrom("events")
    .select("hash")
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .where("seq", "=", eventSeq.parse(seq))
    .executeTakeFirst();
  return row?.hash ?? null;
}

/** Notes a terminal's `status`. */
export async function noteStatus(
  context: HubContext,
  terminal: TerminalId,
  status: { readonly unsent: number; readonly wallMs: number },
): Promise<void> {
  const nowMs = context.wallClock.wallMs();
  await context.store.queries
    .updateTable("terminals")
    .set({ unsent: status.unsent, clock_error_ms: status.wallMs - nowMs, last_seen_ms: nowMs })
    .where("id", "=", terminal)
    .execute();
  context.changes.tell({ topics: ["terminals"], rosters: [] });
}

export interface TerminalListing {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  readonly kioskName: string;
  readonly software: string;
  readonly lastSeenMs: number | null;
  readonly unsent: number;
  /** Terminal clock less hub clock, milliseconds. */
  readonly clockErrorMs: number | null;
  readonly revoked: boolean;
  readonly standing: Standing;
  /** When it was first told that its place is taken away. */
  readonly toldMs: number | null;
  readonly forked: boolean;
}

/** All terminals, by kiosk. Whether one is connected now is for the sessions to say. */
export async function listTerminals(queries: Queries): Promise<TerminalListing[]> {
  const rows = await queries
    .selectFrom("terminals")
    .innerJoin("kiosks", "kiosks.id", "terminals.kiosk")
    .leftJoin("stores", (join) =>
      join.onRef("stores.terminal", "=", "terminals.id").onRef("stores.store", "=", "terminals.store"),
    )
    .selectAll("terminals")
    .select(["kiosks.name as kiosk_name", "stores.forked"])
    .orderBy("kiosks.name")
    .orderBy("terminals.id")
    .execute();
  return rows.map((row) => ({
    terminal: row.id,
    kiosk: row.kiosk,
    kioskName: row.kiosk_name,
    software: row.software,
    lastSeenMs: row.last_seen_ms,
    unsent: row.unsent,
    clockErrorMs: row.clock_error_ms,
    revoked: row.revoked === 1,
    standing: standingOf(row),
    toldMs: row.told_ms,
    forked: row.forked === 1,
  }));
}
