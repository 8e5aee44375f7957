import { makeId, type KioskId, type TerminalId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import { queueNotice } from "../mail/queue.ts";
import type { HubTransaction } from "../store/schema.ts";
import { alarmId } from "./ids.ts";

/** A terminal's budget against one PIN tried on many people (product.md section 3, "Waits"): it says so in events. */

/** Makes the alarm; a terminal that says it again, as after a restart, changes nothing. False then. */
export async function beginSpray(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  {
    kiosk,
    terminal,
    atMs,
  }: { readonly kiosk: KioskId; readonly terminal: TerminalId; readonly atMs: number },
): Promise<boolean> {
  const alarm = makeId(alarmId, context.random);
  const made = await transaction
    .insertInto("alarms")
    .values({
      id: alarm,
      kind: "spray",
      owner: terminal,
      person: null,
      kiosk,
      terminal,
      at_ms: atMs,
      guesses: 0,
      must_change: 0,
      dismissed_ms: null,
    })
    .onConflict((conflict) => conflict.columns(["owner", "kind"]).doNothing())
    .executeTakeFirst();
  if (made.numInsertedOrUpdatedRows !== 1n) return false;
  await queueNotice(transaction, context, { kind: "spray", alarm, kiosk, atMs });
  return true;
}

/** The budget has come back: the alarm ends. False when there was none. */
export async function endSpray(transaction: HubTransaction, terminal: TerminalId): Promise<boolean> {
  const ended = await transaction
    .deleteFrom("alarms")
    .where("kind", "=", "spray")
    .where("owner", "=", terminal)
    .executeTakeFirst();
  return ended.numDeletedRows > 0n;
}
