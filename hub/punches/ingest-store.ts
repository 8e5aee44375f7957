import type { ChainHead } from "../../protocol/chain.ts";
import { eventSeq } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import { insertRows } from "../store/insert-rows.ts";
import type { EventsTable, HubTransaction } from "../store/schema.ts";
import type { EventBatch, EventSource, ReceivedEvent } from "./batch.ts";
import type { Ledger, Placement } from "./batch-place.ts";

/** What is read and written of a ledger around one batch, by the batch and not by the event. */

/** What {@link placeBatch} needs to know. A batch that goes on where the ledger ends is told by what stands there. */
export async function readLedger(
  transaction: HubTransaction,
  { terminal, store }: EventSource,
  events: readonly ReceivedEvent[],
): Promise<Ledger> {
  const rows = await transaction
    .selectFrom("stores")
    .select(["store", "acked_seq", "head_hash", "closed"])
    .where("terminal", "=", terminal)
    .where((row) => row.or([row("store", "=", store), row("origin", "=", store)]))
    .execute();
  const histories = rows.map((row) => ({
    store: row.store,
    head: { seq: row.acked_seq, hash: row.head_hash },
    isClosed: row.closed === 1,
  }));
  const known = { terminal, store, histories };
  const first = events[0]?.envelope;
  const last = events.at(-1)?.envelope;
  const own = histories.find((history) => history.store === store);
  const isNext = first?.seq === (own?.head.seq ?? 0) + 1 && first.previous === own?.head.hash;
  if (first === undefined || last === undefined || rows.length === 0 || (isNext && !own.isClosed)) {
    return { ...known, gaps: [], held: [] };
  }
  const stores = rows.map((row) => row.store);
  const gaps = await transaction
    .selectFrom("store_gaps")
    .select(["store", "after_seq", "until_seq", "until_previous"])
    .where("terminal", "=", terminal)
    .where("store", "in", stores)
    .execute();
  const held = await transaction
    .selectFrom("events")
    .select(["store", "seq", "hash"])
    .where("terminal", "=", terminal)
    .where("store", "in", stores)
    .where("seq", ">=", eventSeq.parse(Math.max(1, first.seq - 1)))
    .where("seq", "<=", last.seq)
    .execute();
  return {
    ...known,
    gaps: gaps.map((row) => ({
      store: row.store,
      afterSeq: row.after_seq,
      untilSeq: row.until_seq,
      untilPrevious: row.until_previous,
    })),
    held,
  };
}

/** Histories, what is missing of them, and what was signed. */
export async function savePlacement(
  transaction: HubTransaction,
  context: Pick<HubContext, "wallClock">,
  { terminal, store: ledger }: EventSource,
  { signature }: EventBatch,
  placement: Placement,
  signed: ChainHead,
): Promise<void> {
  for (const [store, head] of placement.heads) {
    const row = { acked_seq: head.seq, head_hash: head.hash };
    await transaction
      .insertInto("stores")
      .values({
        terminal,
        store,
        ...row,
        origin: store === ledger ? null : ledger,
        ended_by: null,
        closed: 0,
      })
      .onConflict((conflict) => conflict.columns(["terminal", "store"]).doUpdateSet(row))
      .execute();
  }
  for (const { store, afterSeq } of placement.gapsEnded) {
    await transaction
      .deleteFrom("store_gaps")
      .where("terminal", "=", terminal)
      .where("store", "=", store)
      .where("after_seq", "=", afterSeq)
      .execute();
  }
  for (const { store, afterSeq, untilSeq, untilPrevious } of placement.gapsFound) {
    await transaction
      .insertInto("store_gaps")
      .values({
        terminal,
        store,
        after_seq: afterSeq,
        until_seq: untilSeq,
        until_previous: untilPrevious,
        found_ms: context.wallClock.wallMs(),
      })
      .execute();
  }
  await transaction
    .insertInto("heads")
    .values({ terminal, store: ledger, seq: eventSeq.parse(signed.seq), hash: signed.hash, signature })
    .onConflict((conflict) => conflict.columns(["terminal", "store", "seq", "hash"]).doNothing())
    .execute();
}

export async function insertEvents(
  transaction: HubTransaction,
  { fresh }: Placement,
  receivedMs: number,
): Promise<void> {
  const rows = fresh.map(({ event: { envelope, hash, text }, store }): EventsTable => ({
    terminal: envelope.terminal,
    store,
    seq: envelope.seq,
    hash,
    kind: envelope.kind,
    person: envelope.person,
    text,
    received_ms: receivedMs,
  }));
  await insertRows(transaction, "events", rows);
}
