import type { Selectable } from "kysely";
import type { TerminalId } from "../../protocol/ids.ts";
import type { TerminalMessage } from "../../protocol/messages.ts";
import type { HubContext } from "../context.ts";
import type { Queries, TerminalsTable } from "../store/schema.ts";
import type { TerminalHealth } from "./list.ts";

/** What the hub knows of paired terminals. */

export type Terminal = Readonly<Selectable<TerminalsTable>>;

/**
 * When a terminal was last heard is written down to within this: writing each heartbeat of thousands would be a disk's
 * work. Of connected ones their sessions know it.
 */
export const SEEN_SLACK_MS = 10 * 60_000;
/** A clock error that changed by less is not written down either: the way of a message changes it by that. */
export const CLOCK_SLACK_MS = 250;

/** Null for an id that no claim ever gave out. */
export async function findTerminal(queries: Queries, terminal: TerminalId): Promise<Terminal | null> {
  const row = await queries.selectFrom("terminals").selectAll().where("id", "=", terminal).executeTakeFirst();
  return row ?? null;
}

/** Terminal clock less hub clock; `spanMs`: give or take, null when the way of the message was not measured. */
export interface ClockError {
  readonly errorMs: number;
  readonly spanMs: number | null;
}

/** What was written down of a terminal. */
export function healthOf(row: Terminal): TerminalHealth {
  return {
    lastSeenMs: row.last_seen_ms,
    unsent: row.unsent,
    pendingEvents: row.pending_events,
    clock: row.clock,
    clockErrorMs: row.clock_error_ms,
    clockErrorSpanMs: row.clock_error_span_ms,
    disk: row.disk,
    setAside: row.set_aside,
  };
}

export function healthFrom(
  status: Extract<TerminalMessage, { type: "status" }>,
  { errorMs, spanMs }: ClockError,
  nowMs: number,
): TerminalHealth {
  return {
    lastSeenMs: nowMs,
    unsent: status.unsent,
    pendingEvents: status.pendingEvents,
    clock: status.clock,
    clockErrorMs: Math.round(errorMs),
    clockErrorSpanMs: spanMs === null ? null : Math.ceil(spanMs),
    disk: status.disk,
    setAside: status.setAside,
  };
}

/** Writes down what a terminal said, unless that is as good as what is `known`. False then. */
export async function noteHealth(
  context: HubContext,
  terminal: TerminalId,
  known: TerminalHealth,
  health: TerminalHealth,
): Promise<boolean> {
  if (isAsGood(known, health)) return false;
  await context.store.queries
    .updateTable("terminals")
    .set({
      unsent: health.unsent,
      pending_events: health.pendingEvents,
      clock: health.clock,
      clock_error_ms: health.clockErrorMs,
      clock_error_span_ms: health.clockErrorSpanMs,
      disk: health.disk,
      set_aside: health.setAside,
      last_seen_ms: health.lastSeenMs,
    })
    .where("id", "=", terminal)
    .execute();
  context.changes.tell({ topics: ["terminals"], rosters: [] });
  return true;
}

function isAsGood(known: TerminalHealth, health: TerminalHealth): boolean {
  return (
    known.unsent === health.unsent &&
    known.pendingEvents === health.pendingEvents &&
    known.clock === health.clock &&
    known.disk === health.disk &&
    known.setAside === health.setAside &&
    isNear(known.clockErrorMs, health.clockErrorMs, CLOCK_SLACK_MS) &&
    isNear(known.clockErrorSpanMs, health.clockErrorSpanMs, CLOCK_SLACK_MS) &&
    isNear(known.lastSeenMs, health.lastSeenMs, SEEN_SLACK_MS)
  );
}

function isNear(one: number | null, other: number | null, slackMs: number): boolean {
  if (one === null || other === null) return one === other;
  return Math.abs(one - other) < slackMs;
}
