import type { EventEnvelope } from "../../protocol/events.ts";
import { eventSeq, type EventSeq, type StoreId } from "../../protocol/ids.ts";
import type { HubTransaction } from "../store/schema.ts";

/**
 * What of another history counts for people's hours. Who tried which PIN there, or forgot theirs, is long past: that stays
 * with the events.
 */
const COUNTED_KINDS: ReadonlySet<string> = new Set(["punch", "punch.undone", "clock.synced"]);

/** Of a branch's events those that count once it does, each under the history that what it does is of. */
export async function countedEvents(
  transaction: HubTransaction,
  branch: StoreId,
  envelopes: readonly EventEnvelope[],
): Promise<EventEnvelope[]> {
  const found: EventEnvelope[] = [];
  for (const envelope of envelopes.filter(({ kind }) => COUNTED_KINDS.has(kind))) {
    const target = eventSeq.safeParse(envelope.payload["target"]);
    const isBefore =
      envelope.kind === "punch.undone" &&
      target.success &&
      !(await isOfBranch(transaction, envelope, branch, target.data));
    found.push(isBefore ? envelope : { ...envelope, store: branch });
  }
  return found;
}

/** Whether the punch that is undone is the branch's own, and not of what it branched off from. */
async function isOfBranch(
  transaction: HubTransaction,
  { terminal }: EventEnvelope,
  branch: StoreId,
  seq: EventSeq,
): Promise<boolean> {
  const own = await transaction
    .selectFrom("events")
    .select("seq")
    .where("terminal", "=", terminal)
    .where("store", "=", branch)
    .where("seq", "=", seq)
    .executeTakeFirst();
  return own !== undefined;
}
