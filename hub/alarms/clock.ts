import type { EventEnvelope } from "../../protocol/events.ts";
import { makeId, type KioskId, type TerminalId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";
import { alarmId } from "./ids.ts";

/** A terminal whose clock the network has set, and which is more than 2 minutes from this hub's: one of the two is wrong. */

/** Makes the alarm, or brings it back when it was dismissed and the terminal says it again. */
export async function disputeClock(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  { kiosk, terminal }: { readonly kiosk: KioskId; readonly terminal: TerminalId },
  { wallMs: atMs }: EventEnvelope,
): Promise<void> {
  const state = { kiosk, terminal, at_ms: atMs, dismissed_ms: null };
  await transaction
    .insertInto("alarms")
    .values({
      id: makeId(alarmId, context.random),
      kind: "clock",
      owner: terminal,
      person: null,
      guesses: 0,
      must_change: 0,
      ...state,
    })
    .onConflict((conflict) => conflict.columns(["owner", "kind"]).doUpdateSet(state))
    .execute();
}
