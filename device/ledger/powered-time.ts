import * as z from "zod";
import type { BootId } from "../../protocol/ids.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import type { Boot } from "./store.ts";

/**
 * Powered time: one line of milliseconds through all boots of a terminal, in which time without power does not pass (product.md
 * section 3, "Waits"). Of a boot that is over it counts what lies before its last event, since no more is known: too
 * little rather than too much, so that nobody wins time by pulling the plug.
 */
export interface PoweredTime {
  /** Monotonic milliseconds of this boot at which powered time begins to run in it. */
  readonly startedMs: number;
  isPresent(boot: BootId): boolean;
  /** Powered instant of a moment of any boot; of a boot that is not known, the beginning of all. */
  instantOf(moment: Moment): number;
  /** The monotonic instant of this boot at which a powered instant comes, or came: negative if long ago. */
  monotonicOf(instantMs: number): number;
  /** Whether this boot is on disk: it is from its first event on. */
  isRemembered(): boolean;
  /** Writes this boot down: in the transaction of its first event, which makes no commit of its own. */
  remember(): void;
}

export interface Moment {
  readonly boot: BootId;
  readonly monotonicMs: number;
}

interface KnownBoot {
  readonly startedMs: number;
  readonly poweredBeforeMs: number;
}

const bootRow = z
  .object({ started_ms: z.number(), powered_before_ms: z.number() })
  .transform((row): KnownBoot => ({ startedMs: row.started_ms, poweredBeforeMs: row.powered_before_ms }));
/** Read seldom: compiling the schema would take longer than all its parses. */
const SELDOM = { jitless: true };
const SELECT_BOOT = "SELECT started_ms, powered_before_ms FROM boots WHERE boot = ?";

/** `newest` is the moment of the ledger's newest event, null when it has none. */
export function openPoweredTime(driver: SqlDriver, boot: Boot, newest: Moment | null): PoweredTime {
  const isPresent = (id: BootId): boolean => id === boot.id;

  function knownBoot(id: BootId): KnownBoot | null {
    const row = driver.prepare(SELECT_BOOT).get([id]);
    return row === undefined ? null : bootRow.parse(row, SELDOM);
  }

  function instantOf({ boot: id, monotonicMs }: Moment): number {
    const of = isPresent(id) ? present : knownBoot(id);
    return of === null ? 0 : of.poweredBeforeMs + (monotonicMs - of.startedMs);
  }

  let isRemembered = false;
  const before = knownBoot(boot.id);
  const present: KnownBoot = before ?? {
    startedMs: boot.startedMs,
    // A clock of that boot that ran before its own start would take time away: never less than it began with.
    poweredBeforeMs:
      newest === null || isPresent(newest.boot)
        ? 0
        : Math.max(instantOf(newest), knownBoot(newest.boot)?.poweredBeforeMs ?? 0),
  };

  return {
    startedMs: present.startedMs,
    isPresent,
    instantOf,
    monotonicOf: (instantMs) => present.startedMs + (instantMs - present.poweredBeforeMs),

    isRemembered: () => (isRemembered ||= knownBoot(boot.id) !== null),

    remember() {
      driver
        .prepare("INSERT OR IGNORE INTO boots (boot, started_ms, powered_before_ms) VALUES (?, ?, ?)")
        .run([boot.id, present.startedMs, present.poweredBeforeMs]);
    },
  };
}
