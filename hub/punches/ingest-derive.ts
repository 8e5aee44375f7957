import { receiptCode } from "../../protocol/chain.ts";
import {
  knownEvent,
  type EventDraft,
  type EventEnvelope,
  type PresenceState,
} from "../../protocol/events.ts";
import type { EventSeq, KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import { disputeClock } from "../alarms/clock.ts";
import type { Change, Topic } from "../changes.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";
import { touchTries } from "../tries/touch.ts";
import { learnTimes, type LearnedTimes } from "./boots.ts";
import { deriveTries, startDerived, type Derived } from "./derive.ts";
import { recordPunches, type NewPunch, type NewUndo } from "./record.ts";
import { retime } from "./retime.ts";
import { tellPresences } from "./tell-presences.ts";

/**
 * Derives what the hub keeps of committed events, by the batch: times, punches, people's histories, wrong PINs. Says what that
 * changed. What follows from an event does not depend on the batch it came in, nor on the order of batches.
 */
export async function deriveEvents(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  source: DeriveSource,
  envelopes: readonly EventEnvelope[],
): Promise<Change> {
  const first = envelopes[0];
  if (first === undefined) return { topics: [], rosters: [] };
  const events = await withReceipts(transaction, source.terminal, envelopes);
  const times = await learnTimes(transaction, source.terminal, events);
  const { punches, undos } = punchesOf(events, times);
  const retimed = await retime(transaction, source.terminal, times.retimed);

  const people = new Set(events.flatMap(({ known }) => known?.person ?? []));
  const derived = await startDerived(transaction, [...people]);
  for (const { envelope, known } of events) {
    if (known === null) continue;
    if (known.kind === "clock.disputed") {
      await disputeClock(transaction, context, source, envelope);
      derived.topics.add("requests");
    } else await deriveTries(transaction, context, source.kiosk, envelope, known, derived);
  }
  const states = await recordPunches(transaction, context, source, { punches, undos, retimed });
  return changeOf(transaction, source, derived, states);
}

export interface DeriveSource {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  /** The ledger that they are of, or branched off from; each event's envelope says under which history it counts. */
  readonly store: StoreId;
}

interface ReceivedKnown {
  readonly envelope: EventEnvelope;
  /** Null: of a kind that is not known here. */
  readonly known: EventDraft | null;
  readonly hash: string;
  readonly receivedMs: number;
}

/** With when the hub took them in, which for a history that counts only now was long ago. */
export async function withReceipts(
  transaction: HubTransaction,
  terminal: TerminalId,
  envelopes: readonly EventEnvelope[],
): Promise<ReceivedKnown[]> {
  const kept = new Map<string, { readonly hash: string; readonly receivedMs: number }>();
  const key = (store: StoreId, seq: number): string => `${store} ${seq}`;
  for (const [store, ofStore] of Map.groupBy(envelopes, (envelope) => envelope.store)) {
    const seqs = ofStore.map((envelope) => envelope.seq);
    const rows = await transaction
      .selectFrom("events")
      .select(["seq", "hash", "received_ms"])
      .where("terminal", "=", terminal)
      .where("store", "=", store)
      .where("seq", ">=", least(seqs))
      .where("seq", "<=", greatest(seqs))
      .execute();
    for (const row of rows) kept.set(key(store, row.seq), { hash: row.hash, receivedMs: row.received_ms });
  }
  return envelopes.flatMap((envelope) => {
    const event = kept.get(key(envelope.store, envelope.seq));
    return event === undefined ? [] : [{ envelope, known: knownEvent(envelope), ...event }];
  });
}

const least = (seqs: readonly EventSeq[]): EventSeq =>
  seqs.reduce((one, other) => (other < one ? other : one));
const greatest = (seqs: readonly EventSeq[]): EventSeq =>
  seqs.reduce((one, other) => (other > one ? other : one));

/** Those among them that are of histories, with their times. */
export function punchesOf(
  events: readonly ReceivedKnown[],
  times: LearnedTimes,
): { readonly punches: NewPunch[]; readonly undos: NewUndo[] } {
  const punches: NewPunch[] = [];
  const undos: NewUndo[] = [];
  for (const { envelope, known, hash, receivedMs } of events) {
    if (known?.kind !== "punch" && known?.kind !== "punch.undone") continue;
    const { person } = known;
    if (person === null) continue;
    const time = times.timeOf({ ...envelope, receivedMs });
    const common = { person, envelope, receivedMs, time, receipt: receiptCode(hash) };
    if (known.kind === "punch") punches.push({ ...common, ...known.payload });
    else undos.push({ ...common, ...known.payload });
  }
  return { punches, undos };
}

async function changeOf(
  transaction: HubTransaction,
  source: DeriveSource,
  derived: Derived,
  states: ReadonlyMap<PersonId, PresenceState>,
): Promise<Change> {
  const topics = new Set<Topic>(derived.topics);
  const rosters = new Set<KioskId>(await tellPresences(transaction, states));
  if (states.size > 0) topics.add("punches").add("presence").add("conflicts");
  for (const [person, who] of derived.tries) {
    // With their punch, everyone has been told already.
    if (states.has(person)) continue;
    for (const kiosk of await touchTries(transaction, person, who === "all" ? null : source.terminal)) {
      rosters.add(kiosk);
    }
  }
  return { topics: [...topics], rosters: [...rosters] };
}
