import { decodeEvent } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { TerminalId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { endForkAlarm } from "../alarms/fork.ts";
import { recordAudit } from "../audit/audit.ts";
import type { Change } from "../changes.ts";
import type { HubContext } from "../context.ts";
import { deriveEvents } from "../punches/ingest-derive.ts";
import { flag, type HubTransaction } from "../store/schema.ts";
import type { ForksTable } from "../store/stores-schema.ts";
import { theTerminal } from "../terminals/unpair.ts";
import { countedEvents } from "./counted.ts";
import type { ForkId } from "./ids.ts";
import { countOpenForks } from "./list.ts";

/**
 * An admin decides about a terminal's other history: its punches count beside those of the first, or are kept and never
 * counted. With its last open fork settled the terminal gets the roster again. What was left out may be counted later.
 * Rejects with CodedError `fork.unknown`, `fork.counted` for one that counts already, `access.admins-only`.
 */
export async function settleFork(
  context: HubContext,
  actor: Actor,
  fork: ForkId,
  count: boolean,
): Promise<void> {
  requireAdmin(actor);
  const change = await context.store.transaction(async (transaction): Promise<Change | null> => {
    const row = await transaction.selectFrom("forks").selectAll().where("id", "=", fork).executeTakeFirst();
    if (row === undefined) throw new CodedError("fork.unknown", "there is no such fork");
    if (row.counted === flag(count)) return null;
    if (row.counted === 1) {
      throw new CodedError("fork.counted", "these punches count already: void each that should not");
    }
    await transaction
      .updateTable("forks")
      .set({ settled_ms: context.wallClock.wallMs(), counted: flag(count) })
      .where("id", "=", fork)
      .execute();
    const action = count ? "fork.counted" : "fork.left-out";
    await recordAudit(transaction, context, { actor, action, subject: row.terminal });
    if ((await countOpenForks(transaction, row.terminal)) === 0) {
      await endForkAlarm(transaction, row.terminal);
    }
    return count ? countBranch(transaction, context, row) : { topics: [], rosters: [] };
  });
  if (change === null) return;
  const { kiosk } = await theTerminal(context.store.queries, await terminalOf(context, fork));
  context.changes.tell({
    topics: ["terminals", "requests", ...change.topics],
    // Its session has waited with the roster.
    rosters: [...new Set([kiosk, ...change.rosters])],
  });
}

async function terminalOf(context: HubContext, fork: ForkId): Promise<TerminalId> {
  const { terminal } = await context.store.queries
    .selectFrom("forks")
    .select("terminal")
    .where("id", "=", fork)
    .executeTakeFirstOrThrow();
  return terminal;
}

async function countBranch(
  transaction: HubTransaction,
  context: HubContext,
  { terminal, store, branch }: ForksTable,
): Promise<Change> {
  if (branch === null) return { topics: [], rosters: [] };
  const rows = await transaction
    .selectFrom("events")
    .select("text")
    .where("terminal", "=", terminal)
    .where("store", "=", branch)
    .orderBy("seq")
    .execute();
  const { kiosk } = await theTerminal(transaction, terminal);
  const envelopes = await countedEvents(
    transaction,
    branch,
    rows.map(({ text }) => decodeEvent(text)),
  );
  return deriveEvents(transaction, context, { terminal, kiosk, store }, envelopes);
}
