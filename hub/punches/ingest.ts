import { EMPTY_CHAIN, type ChainHead } from "../../protocol/chain.ts";
import { knownEvent, type EventEnvelope } from "../../protocol/events.ts";
import { type KioskId, type StoreId } from "../../protocol/ids.ts";
import type { RenewReason } from "../../protocol/messages.ts";
import type { Change } from "../changes.ts";
import type { HubContext } from "../context.ts";
import { countedEvents } from "../forks/counted.ts";
import { countOpenForks } from "../forks/list.ts";
import { MAX_OPEN_FORKS, openFork, reopenFork } from "../forks/open.ts";
import type { HubTransaction } from "../store/schema.ts";
import { checkBatch, type EventBatch, type EventSource, type ReceivedEvent, type Refusal } from "./batch.ts";
import { placeBatch, type Ledger, type Placement } from "./batch-place.ts";
import { deriveEvents } from "./ingest-derive.ts";
import { insertEvents, readLedger, savePlacement } from "./ingest-store.ts";

/**
 * Takes a batch of a terminal's events: all of it or nothing, once however often it is sent. Events, punches,
 * presences and roster revisions change in one transaction; the acknowledgement comes after its commit.
 */

export type Ingested =
  | {
      readonly ok: true;
      /** The batch's last event: it and all that the terminal has sent before it are on disk here. Null: nothing was taken. */
      readonly ackedSeq: number | null;
      /** Why the ledger that the terminal goes on with cannot go on. */
      readonly renew: RenewReason | null;
    }
  | { readonly ok: false; readonly refusal: Refusal };

export interface IngestSource extends EventSource {
  readonly kiosk: KioskId;
  /** The batch is of a ledger that ended, and not of the one that the terminal goes on with. */
  readonly isEarlier?: boolean;
}

type Outcome = Ingested & { readonly change: Change };

const NO_CHANGE: Change = { topics: [], rosters: [] };

/** Rejects only when the store fails; whatever the batch holds, the answer is an {@link Ingested}. */
export async function ingestEvents(
  context: HubContext,
  source: IngestSource,
  batch: EventBatch,
): Promise<Ingested> {
  const checked = checkBatch(batch, source);
  if (!checked.ok) return checked;
  const { change, ...ingested } = await context.store.transaction((transaction) =>
    commitBatch(transaction, context, source, batch, checked.events),
  );
  context.changes.tell(change);
  return ingested;
}

async function commitBatch(
  transaction: HubTransaction,
  context: HubContext,
  source: IngestSource,
  batch: EventBatch,
  events: readonly ReceivedEvent[],
): Promise<Outcome> {
  if (await isStolen(transaction, source)) {
    return refused("terminal.revoked", "this terminal was reported stolen: nothing of it is taken");
  }
  const ledger = await readLedger(transaction, source, events);
  const placed = placeBatch(ledger, events, batch.afterGap === true);
  if (!placed.ok) {
    if (placed.why === "missing" || source.isEarlier === true) {
      return refused("events.chain", "events before this batch are missing here");
    }
    // Its predecessor has a number that is used here by another event: a fork, shown from one event later.
    await openFork(transaction, context, { ...source, reason: "fork", branch: null });
    return {
      ok: true,
      ackedSeq: null,
      renew: "fork",
      change: { topics: ["terminals", "requests"], rosters: [] },
    };
  }
  const { placement } = placed;
  const { fresh, branches, lastStore } = placement;
  const isForked = lastStore !== source.store && source.isEarlier !== true;
  const taken = {
    ok: true,
    ackedSeq: events.at(-1)?.envelope.seq ?? null,
    renew: isForked ? "fork" : null,
  } as const;
  if (fresh.length === 0) return { ...taken, change: NO_CHANGE };
  if (branches.length > 0 && !(await hasRoomFor(transaction, source, branches.length))) {
    return refused("events.fork", "this terminal has too many histories: an admin must settle them first");
  }
  await savePlacement(transaction, context, source, batch, placement, headOf(events));
  await insertEvents(transaction, placement, context.wallClock.wallMs());
  const isGapChanged = placement.gapsFound.length + placement.gapsEnded.length > 0;
  const isForkFound = await noteForks(transaction, context, source, placement);
  const change = await derive(transaction, context, source, ledger, placement);
  const topics = new Set(change.topics);
  if (isGapChanged || isForkFound) topics.add("terminals");
  if (isForkFound) topics.add("requests");
  return { ...taken, change: { topics: [...topics], rosters: change.rosters } };
}

const headOf = (events: readonly ReceivedEvent[]): ChainHead => {
  const last = events.at(-1);
  return last === undefined ? EMPTY_CHAIN : { seq: last.envelope.seq, hash: last.hash };
};

async function isStolen(transaction: HubTransaction, source: EventSource): Promise<boolean> {
  const row = await transaction
    .selectFrom("terminals")
    .select("stolen")
    .where("id", "=", source.terminal)
    .executeTakeFirst();
  return row?.stolen === 1;
}

async function hasRoomFor(transaction: HubTransaction, source: EventSource, more: number): Promise<boolean> {
  return (await countOpenForks(transaction, source.terminal)) + more <= MAX_OPEN_FORKS;
}

/** True when there is something new for an admin to settle. */
async function noteForks(
  transaction: HubTransaction,
  context: HubContext,
  source: IngestSource,
  { fresh, branches }: Placement,
): Promise<boolean> {
  for (const { store, firstSeq, reason } of branches) {
    await openFork(transaction, context, { ...source, reason, branch: { store, firstSeq } });
  }
  const grown = new Set(fresh.map(({ store }) => store).filter((store) => store !== source.store));
  for (const branch of grown) await reopenFork(transaction, context, { ...source, branch });
  return grown.size > 0;
}

/** What was in the first history all along is derived at once, a branch's events once an admin lets them count. */
async function derive(
  transaction: HubTransaction,
  context: HubContext,
  source: IngestSource,
  ledger: Ledger,
  { fresh }: Placement,
): Promise<Change> {
  const envelopes: EventEnvelope[] = [];
  for (const [store, events] of Map.groupBy(fresh, (each) => each.store)) {
    const ofHistory = events.map(({ event }) => event.envelope);
    if (store === ledger.store) envelopes.push(...ofHistory);
    else if (await isCounted(transaction, source, store)) {
      envelopes.push(...(await countedEvents(transaction, store, ofHistory)));
    }
    for (const envelope of ofHistory) await noteEnded(transaction, source, envelope);
  }
  return deriveEvents(transaction, context, source, envelopes);
}

async function isCounted(
  transaction: HubTransaction,
  source: EventSource,
  branch: StoreId,
): Promise<boolean> {
  const row = await transaction
    .selectFrom("forks")
    .select("counted")
    .where("terminal", "=", source.terminal)
    .where("branch", "=", branch)
    .executeTakeFirst();
  return row?.counted === 1;
}

/** A store that goes on where another one ended has taken its place. */
async function noteEnded(
  transaction: HubTransaction,
  source: EventSource,
  envelope: EventEnvelope,
): Promise<void> {
  const known = envelope.kind === "store.recovered" ? knownEvent(envelope) : null;
  if (known?.kind !== "store.recovered" || known.payload.from === source.store) return;
  await transaction
    .insertInto("stores")
    .values({
      terminal: source.terminal,
      store: known.payload.from,
      acked_seq: EMPTY_CHAIN.seq,
      head_hash: EMPTY_CHAIN.hash,
      origin: null,
      ended_by: source.store,
      closed: 0,
    })
    .onConflict((conflict) => conflict.columns(["terminal", "store"]).doUpdateSet({ ended_by: source.store }))
    .execute();
}

function refused(code: Refusal["code"], detail: string): Outcome {
  return { ok: false, refusal: { code, detail }, change: NO_CHANGE };
}
