import { decodeEvent, eventHash, extendChain, type ChainHead } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { damagedEvent, readCheckpoint } from "./ledger.ts";

/** Checked at once: one or two milliseconds on a quick machine, so that whoever asks meanwhile hardly waits. */
const EVENTS_PER_SLICE = 50;
/** A database of so few pages is checked by SQLite as a whole before it is used: that takes milliseconds. */
const SMALL_PAGES = 512;

/** Checks the whole chain, and that the events' index has what they have, a slice at a time from the checkpoint on. */
export interface ChainCheck {
  /** Checks the next slice; false when there is no more. Throws what is wrong, as `openLedger` does. */
  next(): boolean;
}

export function openChainCheck(driver: SqlDriver): ChainCheck {
  let head: ChainHead = readCheckpoint(driver);
  return {
    next() {
      const rows = driver
        .prepare("SELECT seq, kind, person, hash, text FROM events WHERE seq > ? ORDER BY seq LIMIT ?")
        .all([head.seq, EVENTS_PER_SLICE]);
      for (const row of rows) {
        const text = String(row["text"]);
        const hash = eventHash(text);
        if (hash !== row["hash"]) throw damagedEvent(row["seq"]);
        const envelope = decodeEvent(text);
        const { seq, kind, person } = envelope;
        if (seq !== row["seq"] || kind !== row["kind"] || person !== row["person"])
          throw damagedEvent(row["seq"]);
        if (person !== null && !isIndexed(driver, person, seq)) {
          throw new CodedError("store.corrupt", `event ${seq} is not in its index`);
        }
        head = extendChain(head, envelope, hash);
      }
      return rows.length === EVENTS_PER_SLICE;
    },
  };
}

function isIndexed(driver: SqlDriver, person: string, seq: number): boolean {
  return (
    driver
      .prepare("SELECT seq FROM events INDEXED BY events_by_person WHERE person = ? AND seq = ?")
      .get([person, seq]) !== undefined
  );
}

/** SQLite's own check of a small database. Throws CodedError `store.corrupt`. */
export function checkSmallDatabase(driver: SqlDriver): void {
  const pages = Number(driver.prepare("PRAGMA page_count").get([])?.["page_count"]);
  if (pages > SMALL_PAGES) return;
  const found = driver.prepare("PRAGMA quick_check(1)").get([])?.["quick_check"];
  if (found !== "ok") throw new CodedError("store.corrupt", `SQLite finds: ${String(found)}`);
}
