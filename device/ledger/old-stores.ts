import { eventHash, type ChainHead } from "../../protocol/chain.ts";
import { storeId, type StoreId } from "../../protocol/ids.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { bytesInMessage, type EventRun } from "./ledger.ts";
import type { FoundEvent } from "./salvage.ts";

/**
 * Events of stores that ended: what could be read of a damaged ledger, verbatim and under the store's own id. The hub is
 * idempotent on (terminal, store, seq, hash), so all of them are offered to it, and it says what it lacks.
 */
export interface OldStores {
  /** Stores that the hub has not acknowledged to their end, the oldest first. */
  pending(): readonly PendingStore[];
  /**
   * Events of an old store after `afterSeq`, in order and without a gap among them, within both limits. The first may come
   * after a gap: events between could not be read.
   */
  read(store: StoreId, afterSeq: number, maxEvents: number, maxBytes: number): EventRun;
  /** The hub has all of this store's events up to `seq`, as far as they are here. */
  acknowledge(store: StoreId, seq: number): void;
  /** The hub may lack any of them: all are offered to it again. */
  offerAgain(): void;
  /** Events that wait for the hub's word. */
  unsentCount(): number;
}

export interface PendingStore {
  readonly store: StoreId;
  readonly ackedSeq: number;
  /** The newest event that could be read. */
  readonly head: ChainHead;
  /** Events that could be read. */
  readonly events: number;
}

export function openOldStores(driver: SqlDriver): OldStores {
  return {
    pending: () =>
      driver
        .prepare(
          `SELECT store, acked_seq, (SELECT count(*) FROM old_events WHERE store = old_stores.store) AS events,
             (SELECT max(seq) FROM old_events WHERE store = old_stores.store) AS head_seq FROM old_stores
           WHERE acked_seq < head_seq ORDER BY
             (SELECT min(json_extract(text, '$.wallMs')) FROM old_events WHERE store = old_stores.store), ordinal`,
        )
        .all([])
        .map((row) => {
          const seq = Number(row["head_seq"]);
          const [head] = driver
            .prepare("SELECT hash FROM old_events WHERE store = ? AND seq = ?")
            .all([row["store"] ?? null, seq]);
          return {
            store: storeId.parse(row["store"]),
            ackedSeq: Number(row["acked_seq"]),
            head: { seq, hash: String(head?.["hash"]) },
            events: Number(row["events"]),
          };
        }),

    read(store, afterSeq, maxEvents, maxBytes) {
      const rows = driver
        .prepare("SELECT seq, hash, text FROM old_events WHERE store = ? AND seq > ? ORDER BY seq LIMIT ?")
        .all([store, afterSeq, maxEvents]);
      const events: string[] = [];
      let head: ChainHead | null = null;
      let bytes = 0;
      for (const row of rows) {
        const text = String(row["text"]);
        const seq = Number(row["seq"]);
        bytes += bytesInMessage(text);
        // What does not hash any more cannot be sent: a gap like any other.
        const hash = eventHash(text);
        if (hash !== row["hash"]) continue;
        if (head !== null && (bytes > maxBytes || seq !== head.seq + 1)) break;
        events.push(text);
        head = { seq, hash };
      }
      return { store, events, head: head ?? { seq: 0, hash: "" } };
    },

    acknowledge(store, seq) {
      driver
        .prepare("UPDATE old_stores SET acked_seq = ? WHERE store = ? AND acked_seq < ?")
        .run([seq, store, seq]);
    },

    offerAgain() {
      driver.prepare("UPDATE old_stores SET acked_seq = 0 WHERE acked_seq > 0").run([]);
    },

    unsentCount() {
      const row = driver
        .prepare(
          "SELECT count(*) AS count FROM old_stores JOIN old_events USING (store) WHERE seq > acked_seq",
        )
        .get([]);
      return Number(row?.["count"]);
    },
  };
}

/** Writes down an event that was found; one that is there already is fine. */
export function keepOldEvent(driver: SqlDriver, { envelope, hash, text }: FoundEvent): void {
  driver.prepare("INSERT OR IGNORE INTO old_stores (store) VALUES (?)").run([envelope.store]);
  driver
    .prepare("INSERT OR IGNORE INTO old_events (store, seq, hash, text) VALUES (?, ?, ?, ?)")
    .run([envelope.store, envelope.seq, hash, text]);
}

/**
 * Of several events found under one number, one was committed and the others were tries that failed: it is the one that
 * the next event names, or else the one that was found last, for a log's later entries follow its earlier ones.
 */
export function dropRivals(driver: SqlDriver): void {
  const contested = driver
    .prepare(
      "SELECT store, seq FROM old_events GROUP BY store, seq HAVING count(*) > 1 ORDER BY store, seq DESC",
    )
    .all([]);
  for (const { store = null, seq } of contested) {
    const next = driver
      .prepare("SELECT json_extract(text, '$.previous') AS hash FROM old_events WHERE store = ? AND seq = ?")
      .get([store, Number(seq) + 1]);
    const rivals = driver
      .prepare("SELECT found, hash FROM old_events WHERE store = ? AND seq = ? ORDER BY found")
      .all([store, seq ?? null]);
    const chosen = rivals.find(({ hash }) => hash === next?.["hash"]) ?? rivals.at(-1);
    for (const { found } of rivals) {
      if (found !== chosen?.["found"])
        driver.prepare("DELETE FROM old_events WHERE found = ?").run([found ?? null]);
    }
  }
}

/** When the hub has all of a store and its newest event is older than this wall time, it is forgotten. */
export function forgetOldStores(driver: SqlDriver, beforeWallMs: number): void {
  const done = driver
    .prepare(
      `SELECT store, max(json_extract(text, '$.wallMs')) AS newest, max(seq) AS last FROM old_events GROUP BY store
       HAVING newest < ? AND last <= (SELECT acked_seq FROM old_stores WHERE old_stores.store = old_events.store)`,
    )
    .all([beforeWallMs]);
  for (const { store = null } of done) {
    for (const table of ["old_events", "old_stores", "signed_heads"]) {
      driver.prepare(`DELETE FROM ${table} WHERE store = ?`).run([store]);
    }
  }
}
