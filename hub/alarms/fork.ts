import { makeId, type KioskId, type TerminalId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import type { ForkId } from "../forks/ids.ts";
import { queueNotice } from "../mail/queue.ts";
import type { HubTransaction } from "../store/schema.ts";
import { alarmId } from "./ids.ts";

/** A terminal's ledger has two histories, as of two copies of one card: somebody has to look (design section 8). */

export interface ForkFound {
  readonly fork: ForkId;
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
}

/** Makes the terminal's alarm, or shows it again to who dismissed it for an earlier fork. Each fork is one mail. */
export async function raiseForkAlarm(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  { fork, terminal, kiosk }: ForkFound,
): Promise<void> {
  const atMs = context.wallClock.wallMs();
  const latest = { kiosk, at_ms: atMs, dismissed_ms: null };
  await transaction
    .insertInto("alarms")
    .values({
      id: makeId(alarmId, context.random),
      kind: "fork",
      owner: terminal,
      person: null,
      terminal,
      guesses: 0,
      must_change: 0,
      ...latest,
    })
    .onConflict((conflict) => conflict.columns(["owner", "kind"]).doUpdateSet(latest))
    .execute();
  await queueNotice(transaction, context, { kind: "fork", fork, kiosk, atMs });
}

/** All of the terminal's forks are settled. */
export async function endForkAlarm(transaction: HubTransaction, terminal: TerminalId): Promise<void> {
  await transaction.deleteFrom("alarms").where("kind", "=", "fork").where("owner", "=", terminal).execute();
}
