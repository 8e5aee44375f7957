import { decodeEvent } from "../../protocol/chain.ts";
import type { EventEnvelope } from "../../protocol/events.ts";
import type { EventSeq, KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import { countedEvents } from "../forks/counted.ts";
import { touchPeople } from "../kiosks/revision.ts";
import { chunks } from "../store/chunks.ts";
import type { HubTransaction } from "../store/schema.ts";
import { learnTimes } from "./boots.ts";
import type { EventKey } from "./history.ts";
import { punchesOf, withReceipts } from "./ingest-derive.ts";
import { recordFacts } from "./record.ts";
import { rederivePerson } from "./rederive.ts";
import { retime } from "./retime.ts";

/**
 * Throws away what is derived of people's histories, and derives it again from the events and from what people decided
 * (corrections, settled conflicts, closed days): the same comes out as step by step.
 */

/** Of these derivations; a start with another one in the database derives everything anew. */
const DERIVED_VERSION = 1;

type Context = Pick<HubContext, "store" | "wallClock">;

/** {@link deriveAll}, once after the derivations changed. True when it was due. */
export async function deriveAllIfDue(context: Context): Promise<boolean> {
  return context.store.transaction(async (transaction) => {
    const row = await transaction.selectFrom("workspace").select("derived_version").executeTakeFirst();
    if (row === undefined || row.derived_version === DERIVED_VERSION) return false;
    await deriveAll(transaction, context);
    await transaction.updateTable("workspace").set({ derived_version: DERIVED_VERSION }).execute();
    return true;
  });
}

/** Answers the kiosks whose rosters have something to tell. */
export async function deriveAll(
  transaction: HubTransaction,
  context: Pick<Context, "wallClock">,
): Promise<readonly KioskId[]> {
  const outdated = await outdatedPunches(transaction);
  for (const table of ["punches", "undos", "boots", "presences"] as const) {
    await transaction.deleteFrom(table).execute();
  }
  const histories = await countedHistories(transaction);
  for (const history of histories) {
    for await (const envelopes of pages(transaction, history)) {
      const events = await withReceipts(transaction, history.terminal, envelopes);
      const times = await learnTimes(transaction, history.terminal, events);
      await retime(transaction, history.terminal, times.retimed);
      await recordFacts(transaction, history, punchesOf(events, times));
    }
  }
  await markOutdated(transaction, outdated);
  const people = await peopleWithHistories(transaction);
  for (const person of people) {
    await rederivePerson(transaction, context, person, Number.MIN_SAFE_INTEGER);
  }
  const rosters = new Set<KioskId>();
  for (const some of chunks(people))
    for (const kiosk of await touchPeople(transaction, some)) rosters.add(kiosk);
  return [...rosters];
}

/** What the hub knew of rosters when a punch came in (PIN case 9) no event says. */
async function outdatedPunches(transaction: HubTransaction): Promise<readonly EventKey[]> {
  return transaction
    .selectFrom("punches")
    .select(["terminal", "store", "seq"])
    .where("outdated", "=", 1)
    .execute();
}

async function markOutdated(transaction: HubTransaction, outdated: readonly EventKey[]): Promise<void> {
  await transaction.updateTable("punches").set({ outdated: 0 }).where("outdated", "=", 1).execute();
  for (const { terminal, store, seq } of outdated) {
    await transaction
      .updateTable("punches")
      .set({ outdated: 1 })
      .where("terminal", "=", terminal)
      .where("store", "=", store)
      .where("seq", "=", seq)
      .execute();
  }
}

interface CountedHistory {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  readonly store: StoreId;
  readonly isBranch: boolean;
}

/** Ledgers, and those of their other histories that an admin lets count. */
async function countedHistories(transaction: HubTransaction): Promise<CountedHistory[]> {
  const rows = await transaction
    .selectFrom("stores")
    .innerJoin("terminals", "terminals.id", "stores.terminal")
    .leftJoin("forks", (join) =>
      join.onRef("forks.terminal", "=", "stores.terminal").onRef("forks.branch", "=", "stores.store"),
    )
    .select(["stores.terminal", "stores.store", "stores.origin", "terminals.kiosk", "forks.counted"])
    .orderBy("stores.terminal")
    .orderBy("stores.store")
    .execute();
  return rows.flatMap(({ terminal, store, origin, kiosk, counted }) =>
    origin === null || counted === 1 ? [{ terminal, kiosk, store, isBranch: origin !== null }] : [],
  );
}

const EVENTS_AT_ONCE = 500;

async function* pages(
  transaction: HubTransaction,
  { terminal, store, isBranch }: CountedHistory,
): AsyncIterable<readonly EventEnvelope[]> {
  for (let after: EventSeq | null = null; ;) {
    let selected = transaction
      .selectFrom("events")
      .select(["seq", "text"])
      .where("terminal", "=", terminal)
      .where("store", "=", store);
    if (after !== null) selected = selected.where("seq", ">", after);
    const rows: { seq: EventSeq; text: string }[] = await selected
      .orderBy("seq")
      .limit(EVENTS_AT_ONCE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.seq;
    const envelopes = rows.map(({ text }) => decodeEvent(text));
    yield isBranch ? await countedEvents(transaction, store, envelopes) : envelopes;
  }
}

async function peopleWithHistories(transaction: HubTransaction): Promise<PersonId[]> {
  const punched = await transaction.selectFrom("punches").select("person").distinct().execute();
  const corrected = await transaction.selectFrom("corrections").select("person").distinct().execute();
  return [...new Set([...punched, ...corrected].map(({ person }) => person))].sort();
}
