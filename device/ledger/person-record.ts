import * as z from "zod";
import { decodeEvent } from "../../protocol/chain.ts";
import { knownEvent } from "../../protocol/events.ts";
import { eventSeq, type BootId, type PersonId } from "../../protocol/ids.ts";
import { applyPunch, undoPunch, type Presence } from "../../protocol/presence.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import type { LastPunch, TryRecord } from "../core/types.ts";
import type { Ledger } from "./ledger.ts";

/**
 * What the ledger says about one person: where they stand, their latest punch, their wrong PINs. Nothing of it is
 * stored twice; it is derived from the person's events, on top of what the hub said in the roster.
 */

/** Punches looked back through for the latest one that still counts: an undo cancels one, so a few suffice. */
const LATEST_PUNCHES_READ = 8;

/** The hub's presence for a person, and the newest of our own events that it includes. */
export interface PresenceBase {
  readonly presence: Presence;
  readonly includesSeq: number;
}

/** Presence now: the hub's, with this terminal's newer punches on top. */
export function presenceFromLedger(
  driver: SqlDriver,
  ledger: Ledger,
  person: PersonId,
  base: PresenceBase,
): Presence {
  const rows = driver
    .prepare(
      "SELECT text FROM events WHERE person = ? AND seq > ? AND kind IN ('punch', 'punch.undone') ORDER BY seq",
    )
    .all([person, base.includesSeq]);
  let presence = base.presence;
  for (const row of rows) {
    const envelope = decodeEvent(String(row["text"]));
    const event = knownEvent(envelope);
    if (event?.kind === "punch") {
      presence = applyPunch(presence, event.payload.action, envelope.wallMs);
    } else if (event?.kind === "punch.undone") {
      const target = ledger.envelope(event.payload.target);
      const undone = target === null ? null : knownEvent(target);
      if (undone?.kind === "punch") presence = undoPunch(presence, undone.payload.was);
    }
  }
  return presence;
}

/** The person's latest punch here that was not undone. */
export function lastPunchFromLedger(driver: SqlDriver, person: PersonId, boot: BootId): LastPunch | null {
  const rows = driver
    .prepare(
      "SELECT seq, text FROM events WHERE person = ? AND kind IN ('punch', 'punch.undone') ORDER BY seq DESC LIMIT ?",
    )
    .all([person, LATEST_PUNCHES_READ]);
  const undone = new Set<number>();
  for (const row of rows) {
    const envelope = decodeEvent(String(row["text"]));
    const event = knownEvent(envelope);
    if (event?.kind === "punch.undone") undone.add(event.payload.target);
    if (event?.kind === "punch" && !undone.has(envelope.seq)) {
      return {
        action: event.payload.action,
        auth: event.payload.auth,
        atMs: envelope.wallMs,
        monotonicMs: envelope.boot === boot ? envelope.monotonicMs : null,
      };
    }
  }
  return null;
}

const tryRow = z.object({ count: z.int(), last: eventSeq.nullable() });

/**
 * Refusals since the last success with the personal PIN, and the end of the wait that the latest began. A wait begun
 * in an earlier boot starts over when this one does: time without power earns nothing (product.md section 3).
 */
export function triesFromLedger(
  driver: SqlDriver,
  ledger: Ledger,
  person: PersonId,
  boot: { readonly id: BootId; readonly startedMs: number },
): TryRecord {
  const row = driver
    .prepare(
      `SELECT count(*) AS count, max(seq) AS last FROM events
       WHERE person = ? AND kind = 'pin.refused' AND seq > coalesce(
         (SELECT max(seq) FROM events WHERE person = ? AND kind IN ('punch', 'pin.accepted')
            AND json_extract(text, '$.payload.auth') = 'personal'), 0)`,
    )
    .get([person, person]);
  const { count, last } = tryRow.parse(row);
  const envelope = last === null ? null : ledger.envelope(last);
  const refusal = envelope === null ? null : knownEvent(envelope);
  if (envelope === null || refusal?.kind !== "pin.refused" || refusal.payload.waitMs === 0) {
    return { count, waitUntilMs: null };
  }
  const fromMs = envelope.boot === boot.id ? envelope.monotonicMs : boot.startedMs;
  return { count, waitUntilMs: fromMs + refusal.payload.waitMs };
}
