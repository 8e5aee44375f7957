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
import { openSignedHeads, SIGNED_EVERY, type SignedHeads } from "./signed-heads.ts";

/** Events whose chain is checked before the terminal is ready; chain-check.ts checks the rest in the background. */
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

/** Events of one store that follow each other, as stored, and the chain head after the last. */
export interface EventRun {
  readonly store: StoreId;
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
  /**
   * Events after `afterSeq`, in order and without a gap among them, within both limits (always at least one when there is one).
   * The first may come after a gap: what was pruned is not there.
   */
  read(afterSeq: number, maxEvents: number, maxBytes: number): EventRun;
  envelope(seq: EventSeq): EventEnvelope | null;
  /** The hub has committed everything up to `seq`. Earlier numbers than the known one change nothing. */
  acknowledge(seq: number): void;
  /** The hub has committed everything up to `seq`, and no more, whatever it said before: it was restored from a backup. */
  resume(seq: number): void;
  /** Takes an event back in that is not in the table and continues the chain: see wal-events.ts. */
  adopt(text: string): void;
}

/** What the chain hangs on: the last event that was pruned, or the empty chain. */
export function readCheckpoint(driver: SqlDriver): ChainHead {
  const row = driver.prepare("SELECT seq, hash FROM checkpoint").get([]);
  if (row === undefined) throw new CodedError("ledger.damaged", "the chain's checkpoint is gone");
  return { seq: Number(row["seq"]), hash: String(row["hash"]) };
}

/**
 * Opens the ledger in a prepared database; the first time it gives the store its id. `privateKey` signs chain heads; null
 * signs none. Throws CodedError `chain.gap`, `chain.broken` or `ledger.damaged` when the newest events do not check out.
 */
export function openLedger(
  driver: SqlDriver,
  terminal: TerminalId,
  random: Random,
  privateKey: string | null,
): Ledger {
  const store = openStoreRow(driver, random);
  const head = checkTail(driver);
  const acked = Number(driver.prepare("SELECT acked_seq FROM store").get([])?.["acked_seq"] ?? 0);
  if (acked > head.seq) {
    throw new CodedError("chain.gap", `the hub has event ${acked}, the newest here is ${head.seq}`);
  }
  return ledgerAt(driver, terminal, store, head, acked, openSignedHeads(driver, terminal, store, privateKey));
}

/** A ledger that is known to stand at this head. */
export function ledgerAt(
  driver: SqlDriver,
  terminal: TerminalId,
  store: StoreId,
  headAtStart: ChainHead,
  ackedAtStart: number,
  heads: SignedHeads,
): Ledger {
  let head = headAtStart;
  let acked = ackedAtStart;

  /** A statement by itself is a transaction already. */
  function insert(
    { seq, kind, person }: EventEnvelope,
    text: string,
    alongside: (() => void) | null,
  ): string {
    const hash = eventHash(text);
    const run = (): void =>
      void driver
        .prepare("INSERT INTO events (seq, kind, person, hash, text) VALUES (?, ?, ?, ?, ?)")
        .run([seq, kind, person, hash, text]);
    const isSigned = seq % SIGNED_EVERY === 0;
    if (alongside === null && !isSigned) run();
    else {
      inTransaction(driver, () => {
        run();
        alongside?.();
        if (isSigned) heads.sign({ seq, hash });
      });
    }
    head = { seq, hash };
    return hash;
  }

  function checkKnown(seq: number): void {
    if (seq <= head.seq) return;
    throw new CodedError("ledger.ack", `event ${seq} was acknowledged, the newest here is ${head.seq}`);
  }

  return {
    store,
    head: () => head,
    newestMoment() {
      const row = driver.prepare("SELECT text FROM events ORDER BY seq DESC LIMIT 1").get([]);
      return row === undefined ? null : decodeEvent(String(row["text"]));
    },
    ackedSeq: () => acked,
    unsentCount: () => head.seq - Math.max(acked, readCheckpoint(driver).seq),

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
      const hash = insert(envelope, encodeEvent(envelope), alongside);
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
        const seq = Number(row["seq"]);
        bytes += bytesInMessage(text);
        if (events.length > 0 && (bytes > maxBytes || seq !== last.seq + 1)) break;
        events.push(text);
        last = { seq, hash: String(row["hash"]) };
      }
      return { store, events, head: last };
    },

    envelope(seq) {
      const row = driver.prepare("SELECT text FROM events WHERE seq = ?").get([seq]);
      return row === undefined ? null : decodeEvent(String(row["text"]));
    },

    acknowledge(seq) {
      checkKnown(seq);
      if (seq <= acked) return;
      const hash = driver.prepare("SELECT hash FROM events WHERE seq = ?").get([seq])?.["hash"];
      inTransaction(driver, () => {
        driver.prepare("UPDATE store SET acked_seq = ?").run([seq]);
        if (typeof hash === "string") heads.signLatest({ seq, hash });
      });
      acked = seq;
    },

    resume(seq) {
      checkKnown(seq);
      if (seq >= acked) {
        this.acknowledge(seq);
        return;
      }
      driver.prepare("UPDATE store SET acked_seq = ?").run([seq]);
      acked = seq;
    },

    adopt(text) {
      const envelope = decodeEvent(text);
      extendChain(head, envelope, eventHash(text));
      insert(envelope, text, null);
    },
  };
}

/** What a text comes to as one of the strings of a JSON message. */
export function bytesInMessage(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) + COMMA_BYTES;
}
const COMMA_BYTES = 1;

function openStoreRow(driver: SqlDriver, random: Random): StoreId {
  const row = driver.prepare("SELECT store_id FROM store").get([]);
  if (row !== undefined) return storeId.parse(row["store_id"]);
  const fresh = makeId(storeId, random);
  driver.prepare("INSERT INTO store (only_row, store_id) VALUES (1, ?)").run([fresh]);
  return fresh;
}

/** Checks the newest events against each other and returns where the chain stands. */
function checkTail(driver: SqlDriver): ChainHead {
  const checkpoint = readCheckpoint(driver);
  const rows = driver
    .prepare("SELECT seq, hash, text FROM events WHERE seq > ? ORDER BY seq DESC LIMIT ?")
    .all([checkpoint.seq, TAIL_CHECKED_AT_START])
    .reverse();
  const isWhole = rows.length < TAIL_CHECKED_AT_START;
  let head: ChainHead | null = isWhole ? checkpoint : null;
  for (const row of rows) {
    const text = String(row["text"]);
    const hash = eventHash(text);
    if (hash !== row["hash"]) throw damagedEvent(row["seq"]);
    const envelope = decodeEvent(text);
    if (envelope.seq !== row["seq"]) throw damagedEvent(row["seq"]);
    head = head === null ? { seq: envelope.seq, hash } : extendChain(head, envelope, hash);
  }
  return head ?? checkpoint;
}

export function damagedEvent(seq: unknown): CodedError {
  return new CodedError("ledger.damaged", `event ${String(seq)} is not what was written`);
}
