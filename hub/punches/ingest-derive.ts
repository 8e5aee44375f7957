import type { EventEnvelope } from "../../protocol/events.ts";
import type { KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { Change, Topic } from "../changes.ts";
import type { HubContext } from "../context.ts";
import { endLeaving } from "../kiosks/assign.ts";
import { touchPerson } from "../kiosks/revision.ts";
import { forgetLeaver } from "../people/activity.ts";
import type { HubTransaction } from "../store/schema.ts";
import { touchTries } from "../tries/touch.ts";
import { deriveFrom, type Derived } from "./derive.ts";
import { refreshPresence } from "./presences.ts";

/** Derives what the hub keeps of these events, and brings everyone they are about up to date; says what that changed. */
export async function deriveEvents(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  source: { readonly terminal: TerminalId; readonly kiosk: KioskId; readonly store: StoreId },
  envelopes: readonly EventEnvelope[],
): Promise<Change> {
  const derived: Derived = { people: new Set(), tries: new Map(), topics: new Set() };
  for (const envelope of envelopes) await deriveFrom(transaction, context, source.kiosk, envelope, derived);
  return refreshPeople(transaction, derived, source.terminal, context.wallClock.wallMs());
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
