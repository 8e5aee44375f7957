import * as z from "zod";
import { decodeEvent } from "../../protocol/chain.ts";
import { eventTimes, type BootClock } from "../../protocol/event-time.ts";
import { knownEvent, type EventEnvelope, type EventPayload } from "../../protocol/events.ts";
import type { BootId } from "../../protocol/ids.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import type { Moment } from "./powered-time.ts";

/** What is known of boots, of the latest this many: a terminal that is switched off every night has one a day. */
const MAX_CLOCKS_READ = 128;

/** Events looked through for one whose clock was set. */
const MAX_EVENTS_READ = 64;
/** The kernel says that its clock is set as long as it is less wrong (NTP_PHASE_LIMIT). */
const SET_ERROR_MS = 16_000;

/** Found without looking at every event. */
export const CLOCKS =
  "CREATE INDEX IF NOT EXISTS events_of_clocks ON events (seq) WHERE kind = 'clock.synced'";

const textRow = z.object({ text: z.string() });

/** What the ledger has of the present boot from an earlier life of the software in it, which may have known what time it was. */
export interface EarlierLife {
  readonly hasEvents: boolean;
  /** The latest that became known of the boot. */
  readonly clock: EventPayload<"clock.synced"> | null;
}

export function readEarlierLife(driver: SqlDriver, boot: BootId, newest: Moment | null): EarlierLife {
  if (newest?.boot !== boot) return { hasEvents: false, clock: null };
  const known = readClocks(driver).findLast((clock) => clock.boot === boot);
  if (known === undefined) return { hasEvents: true, clock: setInBoot(driver, boot) };
  const { offsetMs, errorMs, source } = known;
  return { hasEvents: true, clock: { offsetMs, errorMs, source } };
}

/** What an event says that was recorded while NTP kept the clock. */
function setInBoot(driver: SqlDriver, boot: BootId): EarlierLife["clock"] {
  const latest = driver
    .prepare("SELECT text FROM events ORDER BY seq DESC LIMIT ?")
    .all([MAX_EVENTS_READ])
    .map((row) => decodeEvent(textRow.parse(row).text));
  const set = latest.find((event) => event.boot === boot && event.clock === "set");
  if (set === undefined) return null;
  return { offsetMs: set.wallMs - set.monotonicMs, errorMs: SET_ERROR_MS, source: "ntp" };
}

/** When events of this ledger, in the order of their numbers, truly happened, by what it knows of their boots; wall times. */
export function trueTimes(driver: SqlDriver, events: readonly EventEnvelope[]): number[] {
  // As good as always: nothing has to be known of their boots.
  if (events.every(({ clock }) => clock === "set")) return events.map(({ wallMs }) => wallMs);
  const timed = events.map(({ boot, monotonicMs, wallMs, clock }) => ({
    ...{ boot, monotonicMs, wallMs, clock },
    receivedMs: null,
  }));
  return eventTimes(timed, readClocks(driver)).map(({ atMs }) => atMs);
}

export function trueTime(driver: SqlDriver, event: EventEnvelope): number {
  return trueTimes(driver, [event])[0] ?? event.wallMs;
}

/** What the ledger knows of boots, the oldest first. */
function readClocks(driver: SqlDriver): (BootClock & EventPayload<"clock.synced">)[] {
  return driver
    .prepare("SELECT text FROM events WHERE kind = 'clock.synced' ORDER BY seq DESC LIMIT ?")
    .all([MAX_CLOCKS_READ])
    .flatMap((row) => {
      const envelope = decodeEvent(textRow.parse(row).text);
      const event = knownEvent(envelope);
      if (event?.kind !== "clock.synced") return [];
      return [{ boot: envelope.boot, ...event.payload }];
    })
    .reverse();
}
