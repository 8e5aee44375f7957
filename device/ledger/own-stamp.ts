import { crockford, ID_LENGTH, type BootId } from "../../protocol/ids.ts";
import type { Random, Scheduler, WallClock } from "../../protocol/seams.ts";
import type { EventStamp } from "./ledger.ts";

const NONCE_BYTES = 10;

/**
 * The stamp of an event that the ledger's own thread records: it has no time zone, and does not know what the wall clock is
 * worth, so it says the least.
 */
export function ownStamp(
  boot: BootId,
  scheduler: Scheduler,
  wallClock: WallClock,
  random: Random,
): EventStamp {
  return {
    boot,
    monotonicMs: Math.round(scheduler.nowMs()),
    wallMs: wallClock.wallMs(),
    offsetMinutes: 0,
    clock: "unset",
    nonce: crockford(random.bytes(NONCE_BYTES), ID_LENGTH),
  };
}
