import type { PersonId, StoreId } from "../../protocol/ids.ts";
import type { HubMessage } from "../../protocol/messages.ts";
import type { RosterPerson } from "../../protocol/roster.ts";
import type { SyncParts } from "./parts.ts";

export type RosterMessage = Extract<
  HubMessage,
  { type: "rosterBegin" | "rosterPage" | "rosterEnd" | "rosterDelta" }
>;

/** Puts what the hub says of people on disk, and tells of it once it is there. `store`: whose numbers it counts by. */
export async function takeRoster(parts: SyncParts, store: StoreId, message: RosterMessage): Promise<void> {
  const { ledger, scheduler, onRoster, onPeople } = parts;
  switch (message.type) {
    case "rosterBegin":
      await ledger.beginSnapshot(message, store);
      return;
    case "rosterPage":
      await ledger.addPage(message.revision, message.people, scheduler.nowMs());
      return;
    case "rosterEnd":
      await ledger.commitSnapshot(message.revision);
      onRoster();
      return;
    case "rosterDelta": {
      const { directoryChanged } = await ledger.applyDelta(message, scheduler.nowMs());
      if (directoryChanged) onRoster();
      else onPeople(...peopleOf(message.upserts));
      return;
    }
  }
}

/** Who is in a delta, and who of them may only leave. */
function peopleOf(
  upserts: readonly RosterPerson[],
): [people: readonly PersonId[], leaving: readonly PersonId[]] {
  const leaving = upserts.filter((each) => each.leaving === true);
  return [upserts.map(({ person }) => person), leaving.map(({ person }) => person)];
}
