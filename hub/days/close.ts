import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { dayAt, dayBounds } from "../punches/days.ts";
import { rederive } from "../punches/rederive.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { readClosings } from "./closings.ts";

/**
 * Closed days: what comes in for them later is kept and listed, and does not count until a person decides. Days are those of
 * the workspace's time zone.
 */

/** The last closed day, YYYY-MM-DD; null: none is closed. */
export async function closedUntil(queries: Queries): Promise<string | null> {
  const row = await queries
    .selectFrom("closings")
    .select("until_day")
    .orderBy("until_ms", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.until_day ?? null;
}

/**
 * Closes the days up to and with `day`, or opens those after it again (null: all), which only an owner may: what had come late for
 * them then counts. Rejects with CodedError `day.malformed`, `day.not-over`, `access.admins-only`, `access.owners-only`.
 */
export async function closeDays(context: HubContext, actor: Actor, day: string | null): Promise<void> {
  requireAdmin(actor);
  const rosters = await context.store.transaction(async (transaction) => {
    const { timeZone } = await theWorkspace(transaction);
    const nowMs = context.wallClock.wallMs();
    const untilMs = day === null ? Number.MIN_SAFE_INTEGER : dayBounds(day, timeZone).toMs;
    if (untilMs > nowMs) {
      throw new CodedError(
        "day.not-over",
        `a day can be closed when it is over: it is ${dayAt(nowMs, timeZone)}`,
      );
    }
    const before = await closedUntil(transaction);
    if (before === day) return [];
    const isOpening = before !== null && (day === null || day < before);
    if (isOpening && actor.role !== "owner") {
      throw new CodedError("access.owners-only", "only an owner opens closed days again");
    }
    const changed = isOpening ? await waiting(transaction) : new Map<PersonId, number>();
    // What stays closed has been since it was.
    const closings = await readClosings(transaction);
    const closedMs = closings.find((each) => each.untilMs >= untilMs)?.closedMs ?? nowMs;
    await transaction.deleteFrom("closings").where("until_ms", ">", untilMs).execute();
    if (day !== null) {
      await transaction
        .insertInto("closings")
        .values({ until_day: day, until_ms: untilMs, closed_ms: closedMs })
        .onConflict((conflict) => conflict.column("until_day").doNothing())
        .execute();
    }
    await recordAudit(transaction, context, {
      actor,
      action: isOpening ? "days.opened" : "days.closed",
      subject: day,
    });
    return rederive(transaction, context, changed);
  });
  context.changes.tell({ topics: ["punches", "presence", "conflicts", "workspace"], rosters: [...rosters] });
}

/** Whose punches or undos wait because their day is closed, and from when on. */
async function waiting(transaction: HubTransaction): Promise<Map<PersonId, number>> {
  const rows = await transaction
    .selectFrom("conflicts")
    .leftJoin("undos", (join) =>
      join
        .onRef("undos.terminal", "=", "conflicts.terminal")
        .onRef("undos.store", "=", "conflicts.store")
        .onRef("undos.seq", "=", "conflicts.seq"),
    )
    .innerJoin("punches", (join) =>
      join
        .onRef("punches.terminal", "=", "conflicts.terminal")
        .onRef("punches.store", "=", "conflicts.store")
        .on((row) => row("punches.seq", "=", row.fn.coalesce("undos.target", "conflicts.seq"))),
    )
    .select((row) => ["conflicts.person" as const, row.fn.min<number>("punches.order_ms").as("from_ms")])
    .where("conflicts.kind", "=", "closed-day")
    .where("conflicts.settled_ms", "is", null)
    .groupBy("conflicts.person")
    .execute();
  return new Map(rows.map((row) => [row.person, row.from_ms]));
}
