import { makeId, type KioskId, type StoreId, type TerminalId } from "../../protocol/ids.ts";
import type { RenewReason } from "../../protocol/messages.ts";
import { raiseForkAlarm } from "../alarms/fork.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";
import { forkId } from "./ids.ts";

/** Open forks that a terminal may have: what would make more is not taken until an admin has settled some. */
export const MAX_OPEN_FORKS = 20;

export interface Fork {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  /** The ledger. */
  readonly store: StoreId;
  readonly reason: RenewReason;
  /** Null: known from what the terminal says of its ledger, before any event of the other history came. */
  readonly branch: { readonly store: StoreId; readonly firstSeq: number } | null;
}

/** Notes a fork for admins to settle, and tells them. One that is known changes nothing. */
export async function openFork(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  { terminal, kiosk, store, reason, branch }: Fork,
): Promise<void> {
  const open = await transaction
    .selectFrom("forks")
    .select(["id", "branch"])
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .where("settled_ms", "is", null)
    .execute();
  // That there is more to come of a ledger of which somebody has to look in any case says nothing new.
  if (branch === null && open.length > 0) return;
  const awaited = open.find((each) => each.branch === null);
  if (awaited !== undefined && branch !== null) {
    await transaction
      .updateTable("forks")
      .set({ branch: branch.store, first_seq: branch.firstSeq })
      .where("id", "=", awaited.id)
      .execute();
    return;
  }
  const fork = makeId(forkId, context.random);
  await transaction
    .insertInto("forks")
    .values({
      id: fork,
      terminal,
      store,
      branch: branch?.store ?? null,
      first_seq: branch?.firstSeq ?? null,
      reason,
      found_ms: context.wallClock.wallMs(),
      settled_ms: null,
      counted: null,
    })
    .execute();
  await raiseForkAlarm(transaction, context, { fork, terminal, kiosk });
}

/** More came of a history that an admin had left out: they did not know of it when they decided. */
export async function reopenFork(
  transaction: HubTransaction,
  context: Pick<HubContext, "random" | "wallClock">,
  { terminal, kiosk, branch }: Pick<Fork, "terminal" | "kiosk"> & { readonly branch: StoreId },
): Promise<void> {
  const reopened = await transaction
    .updateTable("forks")
    .set({ settled_ms: null, counted: null })
    .where("terminal", "=", terminal)
    .where("branch", "=", branch)
    .where("counted", "=", 0)
    .returning("id")
    .execute();
  for (const { id: fork } of reopened) await raiseForkAlarm(transaction, context, { fork, terminal, kiosk });
}
