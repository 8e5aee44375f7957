import { EMPTY_CHAIN, extendChain, type ChainHead } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { KioskId, PersonId, TerminalId } from "../../protocol/ids.ts";
import type { Change, Topic } from "../changes.ts";
import type { HubContext } from "../context.ts";
import { endLeaving } from "../kiosks/assign.ts";
import { touchPerson } from "../kiosks/revision.ts";
import { forgetLeaver } from "../people/activity.ts";
import type { HubTransaction } from "../store/schema.ts";
import { touchTries } from "../tries/touch.ts";
import { checkBatch, type EventBatch, type EventSource, type ReceivedEvent, type Refusal } from "./batch.ts";
import { deriveFrom, type Derived } from "./derive.ts";
import { refreshPresence } from "./presences.ts";

/**
 * Takes a batch of a terminal's events: all of it or nothing, once however often it is sent. Events, punches,
 * presences and roster revisions change in one transaction; the acknowledgement comes after its commit.
 */

export type Ingested =
  /** `ackedSeq`: the newest event of the store that is on disk here. */
  { readonly ok: true; readonly ackedSeq: number } | { readonly ok: false; readonly refusal: Refusal };

type Outcome = Ingested & { readonly change: Change };

const NO_CHANGE: Change = { topics: [], rosters: [] };

/** Rejects only when the store fails; whatever the batch holds, the answer is an {@link Ingested}. */
export async function ingestEvents(
  context: HubContext,
  source: EventSource & { readonly kiosk: KioskId },
  batch: EventBatch,
): Promise<Ingested> {
  const checked = checkBatch(batch, source);
  if (!checked.ok) return checked;
  const { change, ...ingested } = await context.store.transaction((transaction) =>
    commitBatch(transaction, context, source, checked.events),
  );
  context.changes.tell(change);
  return ingested;
}

async function commitBatch(
  transaction: HubTransaction,
  context: HubContext,
  source: EventSource & { readonly kiosk: KioskId },
  events: readonly ReceivedEvent[],
): Promise<Outcome> {
  const store = await transaction
    .selectFrom("stores")
    .selectAll()
    .where("terminal", "=", source.terminal)
    .where("store", "=", source.store)
    .executeTakeFirst();
  if (await isStolen(transaction, source)) {
    return refused("terminal.revoked", "this terminal was reported stolen: nothing of it is taken");
  }
  if (store?.forked === 1) return refused("events.fork", "this store has a fork that an admin must settle");
  let head: ChainHead = store === undefined ? EMPTY_CHAIN : { seq: store.acked_seq, hash: store.head_hash };

  const known = await knownHashes(transaction, source, events, head);
  const nowMs = context.wallClock.wallMs();
  const fresh: ReceivedEvent[] = [];
  for (const event of events) {
    const knownHash = known.get(event.envelope.seq);
    if (knownHash === event.hash) continue;
    if (knownHash !== undefined) return keepFork(transaction, source, head, events, nowMs);
    try {
      head = extendChain(head, event.envelope, event.hash);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      // Its predecessor has a number that is used here by another event: a fork, shown from one event later.
      if (error.code === "chain.broken") return keepFork(transaction, source, head, events, nowMs);
      return refused("events.chain", "events before this batch are missing here");
    }
    fresh.push(event);
  }
  if (fresh.length === 0) return { ok: true, ackedSeq: head.seq, change: NO_CHANGE };

  const derived: Derived = { people: new Set(), tries: new Map(), topics: new Set() };
  for (const event of fresh) {
    await transaction
      .insertInto("events")
      .values({
        terminal: source.terminal,
        store: source.store,
        seq: event.envelope.seq,
        hash: event.hash,
        kind: event.envelope.kind,
        person: event.envelope.person,
        text: event.text,
        received_ms: nowMs,
      })
      .execute();
    await deriveFrom(transaction, context, source.kiosk, event.envelope, derived);
  }
  await saveHead(transaction, source, head, 0);
  return {
    ok: true,
    ackedSeq: head.seq,
    change: await refreshPeople(transaction, derived, source.terminal, nowMs),
  };
}

async function isStolen(transaction: HubTransaction, source: EventSource): Promise<boolean> {
  const row = await transaction
    .selectFrom("terminals")
    .select("stolen")
    .where("id", "=", source.terminal)
    .executeTakeFirst();
  return row?.stolen === 1;
}

/** Hashes, by number, of those of the batch's events that the hub has already. */
async function knownHashes(
  transaction: HubTransaction,
  source: EventSource,
  events: readonly ReceivedEvent[],
  head: ChainHead,
): Promise<ReadonlyMap<number, string>> {
  const first = events[0];
  const last = events.at(-1);
  if (first === undefined || last === undefined || first.envelope.seq > head.seq) return new Map();
  const rows = await transaction
    .selectFrom("events")
    .select(["seq", "hash"])
    .where("terminal", "=", source.terminal)
    .where("store", "=", source.store)
    .where("seq", ">=", first.envelope.seq)
    .where("seq", "<=", last.envelope.seq)
    .execute();
  return new Map(rows.map((row) => [row.seq, row.hash]));
}

/** Keeps the other history beside ours and takes nothing more from this store. */
async function keepFork(
  transaction: HubTransaction,
  source: EventSource,
  head: ChainHead,
  events: readonly ReceivedEvent[],
  nowMs: number,
): Promise<Outcome> {
  for (const event of events) {
    await transaction
      .insertInto("forks")
      .values({
        terminal: source.terminal,
        store: source.store,
        seq: event.envelope.seq,
        hash: event.hash,
        text: event.text,
        received_ms: nowMs,
      })
      .onConflict((conflict) => conflict.columns(["terminal", "store", "seq", "hash"]).doNothing())
      .execute();
  }
  const stored = await transaction
    .selectFrom("stores")
    .select(["acked_seq", "head_hash"])
    .where("terminal", "=", source.terminal)
    .where("store", "=", source.store)
    .executeTakeFirst();
  await saveHead(
    transaction,
    source,
    stored === undefined ? head : { seq: stored.acked_seq, hash: stored.head_hash },
    1,
  );
  return {
    ...refused("events.fork", "another event came under a number that is used"),
    change: { topics: ["terminals"], rosters: [] },
  };
}

async function saveHead(
  transaction: HubTransaction,
  source: EventSource,
  head: ChainHead,
  forked: 0 | 1,
): Promise<void> {
  const row = { acked_seq: head.seq, head_hash: head.hash, forked };
  await transaction
    .insertInto("stores")
    .values({ terminal: source.terminal, store: source.store, ...row })
    .onConflict((conflict) => conflict.columns(["terminal", "store"]).doUpdateSet(row))
    .execute();
}

async function refreshPeople(
  transaction: HubTransaction,
  derived: Derived,
  terminal: TerminalId,
  nowMs: number,
): Promise<Change> {
  const topics = new Set<Topic>(derived.topics);
  const rosters = new Set<KioskId>();
  const inOrder: readonly PersonId[] = [...derived.people].sort();
  for (const person of inOrder) {
    const { state } = await refreshPresence(transaction, person, nowMs);
    for (const kiosk of await touchPerson(transaction, person, "shown")) rosters.add(kiosk);
    if (state === "out") {
      await forgetLeaver(transaction, person);
      for (const kiosk of await endLeaving(transaction, person)) rosters.add(kiosk);
    }
    topics.add("punches").add("presence");
  }
  for (const [person, told] of derived.tries) {
    // With their punch, everyone has been told already.
    if (derived.people.has(person)) continue;
    for (const kiosk of await touchTries(transaction, person, told === "all" ? null : terminal)) {
      rosters.add(kiosk);
    }
  }
  return { topics: [...topics], rosters: [...rosters] };
}

function refused(code: Refusal["code"], detail: string): Outcome {
  return { ok: false, refusal: { code, detail }, change: NO_CHANGE };
}
