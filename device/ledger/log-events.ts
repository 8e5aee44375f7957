import { CodedError } from "../../protocol/errors.ts";
import type { Ledger } from "./ledger.ts";
import { eventsIn, type FoundEvent } from "./salvage.ts";

/**
 * SQLite believes its write-ahead log up to the first entry that is not what was written, and forgets the rest
 * (sqlite.org/fileformat.html, "The Write-Ahead Log"): of a commit that a power cut tore, rightly, but one rotten bit would silently
 * take all later events with it. Each entry of the log is a whole page, so those events are still in it, and the chain says
 * whether they are ours: they are taken back in. One that was written and never answered for may be among them, as if the power
 * had gone a moment later.
 *
 * `log`: the log's bytes as they were before SQLite opened it. Throws CodedError `chain.gap` when there are events that no longer
 * connect to the ledger's newest one.
 */
export function takeBackLostEvents(ledger: Ledger, log: Buffer): number {
  const lost = new Map<number, FoundEvent[]>();
  const isEmpty = ledger.head().seq === 0;
  for (const found of eventsIn(log, ledger.head().seq)) {
    if (found.envelope.store !== ledger.store) {
      // What is left of an old store beside a ledger is no news; beside nothing at all, it is the ledger that was here.
      if (isEmpty)
        throw new CodedError("chain.gap", "the log has events of a store that the file does not know");
      continue;
    }
    lost.set(found.envelope.seq, [...(lost.get(found.envelope.seq) ?? []), found]);
  }
  if (lost.size === 0) return 0;
  const isNamed = ({ envelope: { seq }, hash }: FoundEvent): boolean =>
    lost.get(seq + 1)?.some(({ envelope }) => envelope.previous === hash) === true;
  let taken = 0;
  for (;;) {
    const head = ledger.head();
    const next = (lost.get(head.seq + 1) ?? []).filter(({ envelope }) => envelope.previous === head.hash);
    const chosen = next.find(isNamed) ?? next.at(-1);
    if (chosen === undefined) break;
    ledger.adopt(chosen.text);
    taken += 1;
  }
  const head = ledger.head().seq;
  const last = Math.max(...lost.keys());
  if (last > head)
    throw new CodedError("chain.gap", `the log has event ${last}, the events after ${head} are gone`);
  return taken;
}
