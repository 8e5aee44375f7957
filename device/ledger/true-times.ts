import * as z from "zod";
import { decodeEvent } from "../../protocol/chain.ts";
import { eventTimes, type BootClock } from "../../protocol/event-time.ts";
import { knownEvent, type EventEnvelope } from "../../protocol/events.ts";
import type { SqlDriver } from "../../protocol/seams.ts";

/** What is known of boots, of the latest this many: a terminal that is switched off every night has one a day. */
const MAX_CLOCKS_READ = 128;

/** Found without looking at every event. */
export const CLOCKS =
  "CREATE INDEX IF NOT EXISTS events_of_clocks ON events (seq) WHERE kind = 'clock.synced'";

const textRow = z.object({ text: z.string() });

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
function readClocks(driver: SqlDriver): BootClock[] {
  return driver
    .prepare("SELECT text FROM events WHERE kind = 'clock.synced' ORDER BY seq DESC LIMIT ?")
    .all([MAX_CLOCKS_READ])
    .flatMap((row) => {
      const envelope = decodeEvent(textRow.parse(row).text);
      const event = knownEvent(envelope);
      if (event?.kind !== "clock.synced") return [];
      const { offsetMs, errorMs } = event.payload;
      return [{ boot: envelope.boot, offsetMs, errorMs }];
    })
    .reverse();
}
