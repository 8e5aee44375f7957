import * as z from "zod";
import { decodeEvent } from "../../protocol/chain.ts";
import { knownEvent, type PresenceState, type PunchAction } from "../../protocol/events.ts";
import { bootId, type BootId, type PersonId } from "../../protocol/ids.ts";
import { applyPunch, undoPunch, type Presence } from "../../protocol/presence.ts";
import type { RosterTries } from "../../protocol/roster.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import type { TrySettings } from "../../protocol/try-settings.ts";
import type { LastPunch, TryRecord, UntoldPunch } from "../core/types.ts";
import type { Ledger } from "./ledger.ts";
import type { Moment, PoweredTime } from "./powered-time.ts";
import { trueTime, trueTimes } from "./true-times.ts";

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
  const envelopes = rows.map((row) => decodeEvent(String(row["text"])));
  const times = trueTimes(driver, envelopes);
  let presence = base.presence;
  for (const [index, envelope] of envelopes.entries()) {
    const event = knownEvent(envelope);
    if (event?.kind === "punch") {
      presence = applyPunch(presence, event.payload.action, times[index] ?? envelope.wallMs);
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
        atMs: trueTime(driver, envelope),
        monotonicMs: envelope.boot === boot ? envelope.monotonicMs : null,
      };
    }
  }
  return null;
}

/** What brings somebody into a state. */
const ACTION_INTO: Readonly<Record<PresenceState, PunchAction>> = {
  in: "in",
  out: "out",
  break: "break-start",
};
/** The hub may put a punch that was made here this much later than the terminal does. */
const SAME_PUNCH_MS = 2_000;

/**
 * The person's latest punch, wherever it was made: of those made elsewhere the presence tells since when they stand where they do
 * (product.md section 3, "Double punch": any punch of the same person).
 */
export function latestPunch(own: LastPunch | null, { state, sinceMs }: Presence): LastPunch | null {
  if (sinceMs === null || (own !== null && own.atMs >= sinceMs - SAME_PUNCH_MS)) return own;
  return { action: ACTION_INTO[state], auth: "personal", atMs: sinceMs, monotonicMs: null };
}

/**
 * The latest punch by Universal PIN that the person was not told of yet: made here since their last personal punch, and not
 * undone (product.md, PIN rule 5). Null when there is none.
 */
export function untoldUniversalPunch(driver: SqlDriver, person: PersonId): UntoldPunch | null {
  const rows = driver
    .prepare(
      `SELECT seq, text FROM events WHERE person = ? AND kind IN ('punch', 'punch.undone') AND seq > coalesce(
         (SELECT seq FROM events WHERE person = ? AND kind = 'punch'
            AND json_extract(text, '$.payload.auth') = 'personal' ORDER BY seq DESC LIMIT 1), 0)
       ORDER BY seq DESC`,
    )
    .all([person, person]);
  const undone = new Set<number>();
  for (const row of rows) {
    const envelope = decodeEvent(String(row["text"]));
    const event = knownEvent(envelope);
    if (event?.kind === "punch.undone") undone.add(event.payload.target);
    if (event?.kind === "punch" && event.payload.auth === "universal" && !undone.has(envelope.seq)) {
      return { action: event.payload.action, atMs: trueTime(driver, envelope) };
    }
  }
  return null;
}

/** What the hub said of a person's tries elsewhere, and when it came. */
export interface TriesElsewhere {
  readonly tries: RosterTries;
  readonly received: Moment;
  /** The newest of this terminal's events that the hub had taken in when it said so. */
  readonly includesSeq: number;
}

/** Refusals of one day count, powered: product.md section 3, "Waits". */
const DAY_MS = 86_400_000;

const seqRow = z.object({ seq: z.int() });
const countRow = z.object({ count: z.int() });
const refusalRow = z.object({ boot: bootId, at: z.number() });

/**
 * Where the person stands with wrong PINs: this terminal's refusals and, on top, what the hub knows of other terminals. Only a
 * success with the personal PIN ends a row of refusals; one made here that the hub did not know of yet voids what it
 * said of elsewhere. A wait begun in an earlier boot starts over when this one does: time without power earns nothing.
 */
export function triesFromLedger(
  driver: SqlDriver,
  powered: PoweredTime,
  person: PersonId,
  settings: TrySettings,
  elsewhere: TriesElsewhere | null,
): TryRecord {
  const clearedSeq = elsewhere?.tries.clearedSeq ?? 0;
  const successSeq = lastSuccess(driver, person);
  const fromSeq = Math.max(clearedSeq, elsewhere?.tries.resetSeq ?? 0, successSeq);
  const own = ownRefusals(driver, powered, person, fromSeq);
  const others = elsewhere === null || successSeq > elsewhere.includesSeq ? null : elsewhere;
  const leaveAtMs = refusalInstants(driver, powered, person, clearedSeq, settings.triesPerDay).map(
    (instantMs) => powered.monotonicOf(instantMs + DAY_MS),
  );
  const waits = [
    own.waitUntilMs,
    others === null ? null : waitElsewhere(powered, others),
    leaveAtMs.at(-settings.triesPerDay) ?? null,
  ].filter((untilMs) => untilMs !== null);
  return {
    count: own.count + (others?.tries.elsewhere ?? 0),
    waitUntilMs: waits.length === 0 ? null : Math.max(...waits),
    leaveAtMs,
  };
}

/** The newest success with the personal PIN here, 0 without any. Asked for so that older events are not looked at. */
function lastSuccess(driver: SqlDriver, person: PersonId): number {
  const row = driver
    .prepare(
      `SELECT seq FROM events WHERE person = ? AND kind IN ('punch', 'pin.accepted')
         AND json_extract(text, '$.payload.auth') = 'personal' ORDER BY seq DESC LIMIT 1`,
    )
    .get([person]);
  return row === undefined ? 0 : seqRow.parse(row).seq;
}

function ownRefusals(
  driver: SqlDriver,
  powered: PoweredTime,
  person: PersonId,
  afterSeq: number,
): Omit<TryRecord, "leaveAtMs"> {
  const { count } = countRow.parse(
    driver
      .prepare("SELECT count(*) AS count FROM events WHERE person = ? AND kind = 'pin.refused' AND seq > ?")
      .get([person, afterSeq]),
  );
  const latest = driver
    .prepare(
      "SELECT text FROM events WHERE person = ? AND kind = 'pin.refused' AND seq > ? ORDER BY seq DESC LIMIT 1",
    )
    .get([person, afterSeq]);
  if (latest === undefined) return { count, waitUntilMs: null };
  const envelope = decodeEvent(String(latest["text"]));
  const refusal = knownEvent(envelope);
  if (refusal?.kind !== "pin.refused" || refusal.payload.waitMs === 0) return { count, waitUntilMs: null };
  return { count, waitUntilMs: fromMs(powered, envelope) + refusal.payload.waitMs };
}

/** Powered instants of the person's latest refusals that count for the day, oldest first. */
function refusalInstants(
  driver: SqlDriver,
  powered: PoweredTime,
  person: PersonId,
  afterSeq: number,
  atMost: number,
): number[] {
  return driver
    .prepare(
      `SELECT json_extract(text, '$.boot') AS boot, json_extract(text, '$.monotonicMs') AS at FROM events
       WHERE person = ? AND kind = 'pin.refused' AND seq > ? ORDER BY seq DESC LIMIT ?`,
    )
    .all([person, afterSeq, atMost])
    .map((row) => {
      const { boot, at } = refusalRow.parse(row);
      return powered.instantOf({ boot, monotonicMs: at });
    })
    .reverse();
}

function waitElsewhere(powered: PoweredTime, { tries, received }: TriesElsewhere): number | null {
  return tries.elsewhereWaitMs === 0 ? null : fromMs(powered, received) + tries.elsewhereWaitMs;
}

/** The monotonic instant of this boot that a wait runs from which began at this moment. */
function fromMs(powered: PoweredTime, moment: Moment): number {
  return powered.isPresent(moment.boot) ? moment.monotonicMs : powered.startedMs;
}
