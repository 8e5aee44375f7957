import { decodeEvent } from "../../protocol/chain.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { readCheckpoint, type Ledger } from "./ledger.ts";
import { inTransaction } from "./schema.ts";

/** Events that the hub has are kept for so long, and at least so many of them. */
export const KEPT_MS = 90 * 86_400_000;
export const KEPT_EVENTS = 100_000;
/** Pruned in one transaction. */
const EVENTS_PER_SLICE = 100;

export interface PruningLimits {
  readonly nowWallMs: number;
  /** What the hub says of people includes events up to this one: newer ones are still needed to know who is in. */
  readonly includesSeq: number;
  readonly keptEvents: number;
}

/**
 * Moves the checkpoint over a slice of old events and deletes them; false when there is nothing more to prune. Kept behind the checkpoint,
 * though the chain does without them: refusals that no success has ended yet, and the latest words of the spray budget.
 */
export function pruneSlice(driver: SqlDriver, ledger: Ledger, limits: PruningLimits): boolean {
  const { nowWallMs, includesSeq, keptEvents } = limits;
  const from = readCheckpoint(driver);
  const last = Math.min(ledger.ackedSeq(), ledger.head().seq - keptEvents, includesSeq);
  const old = driver
    .prepare("SELECT seq, hash, text FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?")
    .all([from.seq, last, EVENTS_PER_SLICE]);
  const end = old.findIndex(({ text }) => decodeEvent(String(text)).wallMs >= nowWallMs - KEPT_MS);
  const newest = (end < 0 ? old : old.slice(0, end)).at(-1);
  if (newest === undefined) return false;
  const { seq = null, hash = null } = newest;
  inTransaction(driver, () => {
    driver.prepare("UPDATE checkpoint SET seq = ?, hash = ?").run([seq, hash]);
    driver
      .prepare(
        `DELETE FROM events WHERE seq <= ? AND seq IS NOT (SELECT max(seq) FROM events WHERE kind = 'pin.spray')
           AND seq IS NOT (SELECT max(seq) FROM events WHERE kind = 'wait.lifted' AND person IS NULL)
           AND NOT (kind = 'pin.refused' AND seq > coalesce(
             (SELECT max(success.seq) FROM events AS success WHERE success.person = events.person
                AND success.kind IN ('punch', 'pin.accepted')
                AND json_extract(success.text, '$.payload.auth') = 'personal'), 0))`,
      )
      .run([seq]);
    driver.prepare("DELETE FROM signed_heads WHERE store = ? AND seq <= ?").run([ledger.store, seq]);
  });
  return end < 0 && old.length === EVENTS_PER_SLICE;
}
