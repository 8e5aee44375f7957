import { decodeEvent, EMPTY_CHAIN, eventHash, extendChain, receiptCode } from "../../protocol/chain.ts";
import { codeOf } from "../../protocol/errors.ts";
import { knownEvent, type EventEnvelope, type PresenceState } from "../../protocol/events.ts";
import type { HubEvidence, StoredEvent } from "./evidence.ts";
import type { Shown } from "./reports.ts";

/** What must be so after every crash. Each check returns what is wrong, one sentence each; none when all is well. */

/** The ledger is whole, and everything that a display said is in it under the same number and receipt. */
export function troublesOfTerminal(events: readonly StoredEvent[], shown: readonly Shown[]): string[] {
  const chain = troublesOfChain("the ledger", events);
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  const lost = shown.flatMap(({ seq, receipt, kind, person }) => {
    const event = bySeq.get(seq);
    if (event === undefined) return [`the display said that event ${seq} (${kind}) was recorded: it is lost`];
    const envelope = decodeEvent(event.text);
    const isSame =
      receiptCode(event.hash) === receipt && envelope.kind === kind && envelope.person === person;
    return isSame ? [] : [`the display showed another event ${seq} (${kind}) than is in the ledger`];
  });
  const receipts = new Map<number, string>();
  const twice = shown.flatMap(({ seq, receipt }) => {
    const before = receipts.get(seq);
    receipts.set(seq, receipt);
    return before === undefined || before === receipt ? [] : [`event ${seq} was shown with two receipts`];
  });
  return [...chain, ...lost, ...twice, ...(chain.length > 0 ? [] : troublesOfStory(events))];
}

/**
 * What the hub acknowledged it has, once; and nothing but what the terminal has, as it wrote it. `terminal` is null where that is
 * not known.
 */
export function troublesOfHub(
  hub: HubEvidence,
  terminal: readonly StoredEvent[] | null,
  ackedSeq: number,
): string[] {
  const troubles = troublesOfChain("the hub", hub.events);
  if (hub.events.length < ackedSeq) {
    troubles.push(`the hub acknowledged event ${ackedSeq} and has ${hub.events.length} events: it lost some`);
  }
  const own = new Map((terminal ?? []).map(({ seq, text }) => [seq, text]));
  for (const { seq, text } of terminal === null ? [] : hub.events) {
    if (own.get(seq) === undefined) troubles.push(`the hub has event ${seq}, the terminal lost it`);
    else if (own.get(seq) !== text) troubles.push(`event ${seq} differs at hub and terminal`);
  }
  if (hub.stores > 1) troubles.push(`the hub knows ${hub.stores} ledgers of the one terminal`);
  if (hub.forks > 0) troubles.push(`the hub keeps ${hub.forks} events as a fork`);
  const made = hub.events.flatMap(({ seq, text }) => {
    const event = knownEvent(decodeEvent(text));
    return event?.kind === "punch" ? [`${seq} ${event.payload.action}`] : [];
  });
  const counted = hub.punches.map(({ seq, action }) => `${seq} ${action}`);
  if (made.join() !== counted.join()) {
    troubles.push(`the hub counts ${counted.length} punches, its events are ${made.length}, each once`);
  }
  return troubles;
}

function troublesOfChain(whose: string, events: readonly StoredEvent[]): string[] {
  let head = EMPTY_CHAIN;
  for (const { seq, hash, text } of events) {
    try {
      if (eventHash(text) !== hash) return [`${whose}: event ${seq} is not what was written`];
      head = extendChain(head, decodeEvent(text), hash);
    } catch (error) {
      return [`${whose}: the chain breaks at event ${seq} (${codeOf(error)})`];
    }
  }
  return [];
}

interface Standing {
  readonly state: PresenceState;
  readonly refusals: number;
}
const NEWCOMER: Standing = { state: "out", refusals: 0 };

/** Each event was decided by all before it: a punch by the state they leave, a refusal by how many there were. */
function troublesOfStory(events: readonly StoredEvent[]): string[] {
  const standings = new Map<string, Standing>();
  const envelopes = new Map<number, EventEnvelope>();
  const troubles: string[] = [];
  for (const { seq, text } of events) {
    const envelope = decodeEvent(text);
    envelopes.set(seq, envelope);
    const event = knownEvent(envelope);
    if (event?.person === null || event?.person === undefined) continue;
    const before = standings.get(event.person) ?? NEWCOMER;
    if (event.kind === "punch") {
      const { action, was, auth } = event.payload;
      if (was !== before.state)
        troubles.push(`event ${seq} took somebody for ${was} who was ${before.state}`);
      const refusals = auth === "personal" ? 0 : before.refusals;
      standings.set(event.person, { state: action === "in" ? "in" : "out", refusals });
    } else if (event.kind === "punch.undone") {
      const target = envelopes.get(event.payload.target);
      const undone = target === undefined ? null : knownEvent(target);
      if (undone?.kind !== "punch") troubles.push(`event ${seq} takes back what is no punch`);
      else standings.set(event.person, { ...before, state: undone.payload.was });
    } else if (event.kind === "pin.accepted") {
      standings.set(event.person, { ...before, refusals: 0 });
    } else if (event.kind === "pin.refused") {
      const refusals = before.refusals + 1;
      if (event.payload.count !== refusals) {
        troubles.push(
          `event ${seq} is refusal ${refusals} in a row and was counted as ${event.payload.count}`,
        );
      }
      standings.set(event.person, { ...before, refusals });
    }
  }
  return troubles;
}
