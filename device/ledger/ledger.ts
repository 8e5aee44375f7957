import {
  decodeEvent,
  EMPTY_CHAIN,
  encodeEvent,
  eventHash,
  extendChain,
  receiptCode,
  type ChainHead,
} from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { ClockQuality, EventDraft, EventEnvelope } from "../../protocol/events.ts";
import {
  eventSeq,
  makeId,
  storeId,
  type BootId,
  type EventSeq,
  type StoreId,
  type TerminalId,
} from "../../protocol/ids.ts";
import type { Random, SqlDriver } from "../../protocol/seams.ts";
import type { Moment } from "./powered-time.ts";
import { inTransaction } from "./schema.ts";

/** Events whose chain is checked before the terminal is ready; the rest is checked in the background by a later issue. */
const TAIL_CHECKED_AT_START = 64;

/** The clocks at the moment of an event, and its nonce: what the ledger cannot know by itself. */
export interface EventStamp {
  readonly boot: BootId;
  /** Milliseconds since the machine's boot. */
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly offsetMinutes: number;
  readonly clock: ClockQuality;
  /** 16 characters of Crockford base 32. */
  readonly nonce: string;
}

export interface AppendedEvent {
  readonly seq: EventSeq;
  readonly hash: string;
  readonly receipt: string;
}

/** A run of events as stored, and the chain head after the last. */
export interface EventRun {
  readonly events: readonly string[];
  readonly head: ChainHead;
}

/** The append-only, hash-chained record of what happened at this terminal. All calls are synchronous; see store.ts. */
export interface Ledger {
  readonly store: StoreId;
  head(): ChainHead;
  /** When the newest event happened; null without any. */
  newestMoment(): Moment | null;
  ackedSeq(): number;
  /** Events recorded and not acknowledged. */
  unsentCount(): number;
  /** Makes the event durable; what `alongside` writes, if anything, in the same transaction. */
  append(
    draft: EventDraft,
    stamp: EventStamp,
    rosterRevision: number,
    alongside: (() => void) | null,
  ): AppendedEvent;
  /** Events after `afterSeq`, in order, within both limits (always at least one when there is one). */
  read(afterSeq: number, maxEvents: number, maxBytes: number): EventRun;
  envelope(seq: EventSeq): EventEnvelope | null;
  /** The hub has committed everything up to `seq`. Earlier numbers than the known one change nothing. */
  acknowledge(seq: number): void;
}

/**
 * Opens the ledger in a prepared database; the first time it gives the store its id. Throws CodedError
 * `chain.gap`, `chain.broken` or `ledger.damaged` when the newest events do not check out.
 */
export function openLedger(driver: SqlDriver, terminal: TerminalId, random: Random): Ledger {
  const store = openStoreRow(driver, random);
  let head = checkTail(driver);
  let acked = Number(driver.prepare("SELECT acked_seq FROM store").get([])?.["acked_seq"] ?? 0);

  return {
    store,
    head: () => head,
    newestMoment() {
      const row = driver.prepare("SELECT text FROM events ORDER BY seq DESC LIMIT 1").get([]);
      return row === undefined ? null : decodeEvent(String(row["text"]));
    },
    ackedSeq: () => acked,
    unsentCount: () => head.seq - acked,

    append(draft, stamp, rosterRevision, alongside) {
      const seq = eventSeq.parse(head.seq + 1);
      const envelope: EventEnvelope = {
        v: 1,
        terminal,
        store,
        seq,
        kind: draft.kind,
        person: draft.person,
        rosterRevision,
        boot: stamp.boot,
        monotonicMs: stamp.monotonicMs,
        wallMs: stamp.wallMs,
        offsetMinutes: stamp.offsetMinutes,
        clock: stamp.clock,
        nonce: stamp.nonce,
        payload: { ...draft.payload },
        previous: head.hash,
      };
      const text = encodeEvent(envelope);
      const hash = eventHash(text);
      const insert = (): void =>
        void driver
          .prepare("INSERT INTO events (seq, kind, person, hash, text) VALUES (?, ?, ?, ?, ?)")
          .run([seq, draft.kind, draft.person, hash, text]);
      // A statement by itself is a transaction already.
      if (alongside === null) insert();
      else {
        inTransaction(driver, () => {
          insert();
          alongside();
        });
      }
      head = { seq, hash };
      return { seq, hash, receipt: receiptCode(hash) };
    },

    read(afterSeq, maxEvents, maxBytes) {
      const rows = driver
        .prepare("SELECT seq, hash, text FROM events WHERE seq > ? ORDER BY seq LIMIT ?")
        .all([afterSeq, maxEvents]);
      const events: string[] = [];
      let last: ChainHead = EMPTY_CHAIN;
      let bytes = 0;
      for (const row of rows) {
        const text = String(row["text"]);
        bytes += Buffer.byteLength(text);
        if (bytes > maxBytes && events.length > 0) break;
        events.push(text);
        last = { seq: Number(row["seq"]), hash: String(row["hash"]) };
      }
      return { events, head: last };
    },

    envelope(seq) {
      const row = driver.prepare("SELECT text FROM events WHERE seq = ?").get([seq]);
      return row === undefined ? null : decodeEvent(String(row["text"]));
    },

    acknowledge(seq) {
      if (seq > head.seq) {
        throw new CodedError("ledger.ack", `event ${seq} was acknowledged, the newest here is ${head.seq}`);
      }
      if (seq <= acked) return;
      inTransaction(driver, () => driver.prepare("UPDATE store SET acked_seq = ?").run([seq]));
      acked = seq;
    },
  };
}

function openStoreRow(driver: SqlDriver, random: Random): StoreId {
  const row = driver.prepare("SELECT store_id FROM store").get([]);
  if (row !== undefined) return storeId.parse(row["store_id"]);
  const fresh = makeId(storeId, random);
  driver.prepare("INSERT INTO store (only_row, store_id) VALUES (1, ?)").run([fresh]);
  return fresh;
}

/** Checks the newest events against each other and returns where the chain stands. */
function checkTail(driver: SqlDriver): ChainHead {
  const rows = driver
    .prepare("SELECT seq, hash, text FROM events ORDER BY seq DESC LIMIT ?")
    .all([TAIL_CHECKED_AT_START])
    .reverse();
  let head: ChainHead | null = null;
  for (const row of rows) {
    const text = String(row["text"]);
    const hash = eventHash(text);
    const envelope = decodeEvent(text);
    if (hash !== row["hash"] || envelope.seq !== row["seq"]) {
      throw new CodedError("ledger.damaged", `event ${String(row["seq"])} is not what was written`);
    }
    head =
      head === null && envelope.seq !== 1
        ? { seq: envelope.seq, hash }
        : extendChain(head ?? EMPTY_CHAIN, envelope, hash);
  }
  return head ?? EMPTY_CHAIN;
}
