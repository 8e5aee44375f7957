import { EMPTY_CHAIN } from "../../protocol/chain.ts";
import { eventSeq, type StoreId } from "../../protocol/ids.ts";
import type { RenewReason } from "../../protocol/messages.ts";
import type { HubContext } from "../context.ts";
import { openFork } from "../forks/open.ts";
import type { HubTransaction } from "../store/schema.ts";
import type { StoresTable } from "../store/stores-schema.ts";
import { SEEN_SLACK_MS, type Terminal } from "./terminals.ts";

/** What a terminal says of itself and its ledger as it comes. */
export interface Hello {
  readonly software: string;
  readonly store: StoreId;
  readonly lastSeq: number;
  readonly lastHash: string;
}

export type Greeting =
  | { readonly standing: "sound"; readonly ackedSeq: number }
  /** Its ledger cannot go on. */
  | { readonly standing: "renew"; readonly reason: RenewReason };

/**
 * A terminal proved itself: compares its ledger with what is committed here. Another hash under the number it names is a
 * fork, even before the first event is sent; so is a ledger whose place another one of this terminal has taken, for a card
 * does not go back to an earlier one. Who says what is known is not written down anew.
 */
export async function greetTerminal(
  context: HubContext,
  terminal: Terminal,
  hello: Hello,
): Promise<Greeting> {
  const isKnown = isWrittenDown(context, terminal, hello);
  const greeting = await context.store.transaction(async (transaction): Promise<Greeting> => {
    if (!isKnown) await noteSeen(transaction, context, terminal, hello);
    const store = await transaction
      .selectFrom("stores")
      .selectAll()
      .where("terminal", "=", terminal.id)
      .where("store", "=", hello.store)
      .executeTakeFirst();
    if (store === undefined) return { standing: "sound", ackedSeq: 0 };
    const reason = await whyNot(transaction, hello, store);
    if (reason === null) return { standing: "sound", ackedSeq: store.acked_seq };
    if (reason === "ended") await closeStore(transaction, store);
    if (!(await isOfKnownBranch(transaction, hello, store))) {
      await openFork(transaction, context, {
        terminal: terminal.id,
        kiosk: terminal.kiosk,
        store: hello.store,
        reason,
        branch: null,
      });
    }
    return { standing: "renew", reason };
  });
  const isSound = greeting.standing === "sound";
  if (!isKnown || !isSound) {
    context.changes.tell({ topics: isSound ? ["terminals"] : ["terminals", "requests"], rosters: [] });
  }
  return greeting;
}

function isWrittenDown({ wallClock }: HubContext, terminal: Terminal, hello: Hello): boolean {
  const { last_seen_ms: seenMs, software, store } = terminal;
  if (seenMs === null || software !== hello.software || store !== hello.store) return false;
  return Math.abs(wallClock.wallMs() - seenMs) < SEEN_SLACK_MS;
}

async function noteSeen(
  transaction: HubTransaction,
  { wallClock }: HubContext,
  { id }: Terminal,
  { software, store }: Hello,
): Promise<void> {
  await transaction
    .updateTable("terminals")
    .set({ software, store, last_seen_ms: wallClock.wallMs() })
    .where("id", "=", id)
    .execute();
}

async function whyNot(
  transaction: HubTransaction,
  { lastSeq, lastHash }: Hello,
  store: StoresTable,
): Promise<RenewReason | null> {
  if (store.ended_by !== null) return "ended";
  const here = await hashAt(transaction, store, lastSeq);
  return here === null || here === lastHash ? null : "fork";
}

/** The hash of the store's event `seq`; null when it is newer than anything here, or missing. */
async function hashAt(transaction: HubTransaction, store: StoresTable, seq: number): Promise<string | null> {
  if (seq === 0) return EMPTY_CHAIN.hash;
  if (seq > store.acked_seq) return null;
  const row = await transaction
    .selectFrom("events")
    .select("hash")
    .where("terminal", "=", store.terminal)
    .where("store", "=", store.store)
    .where("seq", "=", eventSeq.parse(seq))
    .executeTakeFirst();
  return row?.hash ?? null;
}

/** From here on what this ledger brings is not taken for what the one after it stands on. */
async function closeStore(transaction: HubTransaction, { terminal, store }: StoresTable): Promise<void> {
  await transaction
    .updateTable("stores")
    .set({ closed: 1 })
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .execute();
}

/** Its other history is here up to its end: the fork is known, and maybe settled. */
async function isOfKnownBranch(
  transaction: HubTransaction,
  { lastHash, lastSeq }: Hello,
  { terminal, store }: StoresTable,
): Promise<boolean> {
  if (lastSeq === 0) return false;
  const row = await transaction
    .selectFrom("stores")
    .innerJoin("events", (join) =>
      join.onRef("events.terminal", "=", "stores.terminal").onRef("events.store", "=", "stores.store"),
    )
    .select("events.seq")
    .where("stores.terminal", "=", terminal)
    .where("stores.origin", "=", store)
    .where("events.seq", "=", eventSeq.parse(lastSeq))
    .where("events.hash", "=", lastHash)
    .executeTakeFirst();
  return row !== undefined;
}
