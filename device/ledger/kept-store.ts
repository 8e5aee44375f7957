import { decodeEvent, receiptCode } from "../../protocol/chain.ts";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import type { EventDraft } from "../../protocol/events.ts";
import type { StoreId } from "../../protocol/ids.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { checkSmallDatabase, openChainCheck, type ChainCheck } from "./chain-check.ts";
import { openLedger, type EventStamp } from "./ledger.ts";
import type { NewStoreReason } from "./new-store.ts";
import { takeBackLostEvents } from "./log-events.ts";
import { forgetOldStores } from "./old-stores.ts";
import { KEPT_EVENTS, KEPT_MS, pruneSlice } from "./pruning.ts";
import {
  filesSetAside,
  finishRecovery,
  isDamage,
  recoverLedger,
  type LedgerSettings,
  type Recovery,
} from "./recovery.ts";
import { LOW_BYTES, Reserve, RESERVE_BYTES, type ReserveSizes } from "./reserve.ts";
import { prepareDatabase } from "./schema.ts";
import { StoreEvents } from "./store-events.ts";
import {
  openTerminalStore,
  type OpenedStore,
  type Recorded,
  type StoreHealth,
  type TerminalStore,
} from "./store.ts";

/**
 * A terminal's store that looks after its file. Damage, found at start, in the background or by any call, sets the file aside and
 * goes on with what could be read. A full disk is given the reserve. After I/O that failed, nothing is believed but what a new
 * connection has made durable. Whoever calls notices nothing but the time that takes, or gets the error.
 */
export interface KeptStore {
  readonly store: TerminalStore;
  /**
   * Does a slice of what is to be done in the background: checks the chain, looks at the disk, prunes. True when more is due at once,
   * false when nothing is until the store was used again. Never throws.
   */
  chore(): boolean;
}

export interface KeepingSettings extends LedgerSettings {
  readonly sizes?: ReserveSizes;
  readonly keptEvents?: number;
}

interface OpenStore {
  readonly driver: SqlDriver;
  readonly inner: OpenedStore;
  readonly check: ChainCheck;
}

const SIZES: ReserveSizes = { reserveBytes: RESERVE_BYTES, lowBytes: LOW_BYTES };
const RESERVE_SUFFIX = ".reserve";
/** Read whole before the database is opened: SQLite begins a log anew long before. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;
/** A card that fails once may work the next time. */
const MAX_REOPENINGS = 3;
/** Recoveries told of by `health`. */
const MAX_RECOVERIES_TOLD = 16;

/** Opens the store, recovers it if need be. Throws CodedError `store.open`, `store.newer`, `store.full`, `store.io`. */
export function openKeptStore(settings: KeepingSettings): KeptStore {
  const { volume, file, terminal, boot, random, terminalKey, privateKey } = settings;
  const reserve = new Reserve(volume, file + RESERVE_SUFFIX, settings.sizes ?? SIZES);
  const recoveries: Recovery[] = [];
  const events = new StoreEvents(settings.stamp);
  let failure: string | null = null;
  let checking = true;
  let open: OpenStore | null = openOrRecover();

  function openOrRecover(): OpenStore {
    finishRecovery(settings);
    try {
      return openSound();
    } catch (error) {
      if (!(error instanceof UnsoundFile)) throw error;
      recovered(recoverLedger(settings, error.cause, error.driver, error.log));
      return openSound();
    }
  }

  /** Throws {@link UnsoundFile} with the connection, still open, when the file is not what was written. */
  function openSound(): OpenStore {
    const log = bytesOfLog();
    if (log.length > 0 && (volume.size(file) ?? 0) === 0) {
      throw new UnsoundFile(
        null,
        new CodedError("store.not-a-database", `${file} is empty, and its log is not`),
        log,
      );
    }
    const driver = volume.open(file);
    try {
      prepareDatabase(driver);
      checkSmallDatabase(driver);
      if (log.length > 0) {
        takeBackLostEvents(openLedger(driver, terminal, random, privateKey), log);
        makeDurable(driver);
      }
      const inner = openTerminalStore(driver, terminal, boot, random, terminalKey, privateKey);
      return { driver, inner, check: openChainCheck(driver) };
    } catch (error) {
      // A statement that fails here names what is not there: a table, or the right to write.
      if (isDamage(error)) throw new UnsoundFile(driver, error, log);
      if (codeOf(error) === "store.sql")
        throw new UnsoundFile(driver, new CodedError("store.corrupt", String(error)), log);
      closeQuietly(driver);
      throw error;
    }
  }

  /**
   * Has what the log holds written into the file: a sync of the log may have failed before, in this life or an earlier one. Then it
   * is read, but not on the disk, and whatever were appended to it would be lost with it when the power goes.
   */
  function makeDurable(driver: SqlDriver): void {
    const checkpoint = (): unknown => driver.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all([]);
    try {
      checkpoint();
    } catch (error) {
      if (codeOf(error) !== "store.full") throw error;
      reserve.free();
      checkpoint();
    }
  }

  function bytesOfLog(): Buffer {
    const log = `${file}-wal`;
    const bytes = volume.size(log) ?? 0;
    return bytes === 0 ? Buffer.alloc(0) : Buffer.from(volume.read(log, 0, Math.min(MAX_LOG_BYTES, bytes)));
  }

  function recovered(recovery: Recovery): void {
    recoveries.push(recovery);
    if (recoveries.length > MAX_RECOVERIES_TOLD) recoveries.shift();
  }

  /** The store, opened anew if the last try to do so failed. */
  function current(): OpenStore {
    open ??= openOrRecover();
    return open;
  }

  /** What is damaged is set aside; the call is then made of the new store. */
  function recover(error: unknown): void {
    const damaged = open;
    open = null;
    recovered(recoverLedger(settings, error, damaged?.driver ?? null));
    checking = true;
  }

  function beginStore(reason: NewStoreReason, ended: StoreId): void {
    guarded((inner) => {
      if (inner.status().store === ended) recover(new CodedError(reason, "this store cannot go on"));
    });
    // Throws what stands against it.
    current();
  }

  /**
   * After failed I/O the connection believes what may not be on the disk. A new one has all that is there made durable first. If that
   * fails to the end, nobody knows whether the latest event is there, and the next call tries again.
   */
  function reopen(): void {
    for (let tries = 1; ; tries += 1) {
      const failed = open;
      open = null;
      closeQuietly(failed?.driver ?? null);
      try {
        open = openOrRecover();
        return;
      } catch (error) {
        if (tries === MAX_REOPENINGS || codeOf(error) !== "store.io") throw error;
      }
    }
  }

  /** Makes a call; `again` is how it is made once more after a remedy. */
  function attempt<Result>(call: () => Result, again: () => Result): Result {
    try {
      return call();
    } catch (error) {
      failure = failureOf(error);
      if (!remedied(error)) throw error;
      const result = again();
      failure = null;
      if (codeOf(error) === "store.io") events.healed("store.io");
      return result;
    }
  }

  /** Whether something was done about it, so that another try may succeed. Throws when that failed, too. */
  function remedied(error: unknown): boolean {
    const code = codeOf(error);
    if (isDamage(error)) recover(error);
    else if (code === "store.full") {
      reserve.free();
      emptyLog();
    } else if (code === "store.io") reopen();
    else return false;
    return true;
  }

  /** Frees what the log takes; and no later start takes back in what was written there of a commit that failed. */
  function emptyLog(): void {
    try {
      open?.driver.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all([]);
    } catch {
      // As full as before: there is nothing that could be done about it.
    }
  }

  const guarded = <Result>(call: (inner: TerminalStore) => Result): Result =>
    attempt(
      () => call(current().inner),
      () => call(current().inner),
    );

  function record(draft: EventDraft, stamp: EventStamp, wrongPin?: string | null): Recorded {
    const call = (): Recorded => current().inner.record(draft, stamp, wrongPin);
    const recorded = attempt(call, () => alreadyRecorded(stamp) ?? call());
    failure = null;
    return recorded;
  }

  /** The event of a commit that failed and is on the disk all the same. */
  function alreadyRecorded({ nonce }: EventStamp): Recorded | null {
    const { inner } = current();
    const { seq, hash } = inner.ledger.head();
    const row = current().driver.prepare("SELECT text FROM events WHERE seq = ?").get([seq]);
    const envelope = row === undefined ? null : decodeEvent(String(row["text"]));
    if (envelope?.nonce !== nonce) return null;
    const { person, wallMs } = envelope;
    const presence = person === null ? null : (inner.person(person)?.presence ?? null);
    return { seq: envelope.seq, wallMs, receipt: receiptCode(hash), presence };
  }

  function health(): StoreHealth {
    const pendingEvents = guarded((inner) => inner.health().pendingEvents);
    const setAside = filesSetAside(settings).length;
    return { disk: reserve.state, recoveries: [...recoveries], setAside, pendingEvents, failure };
  }

  /** One slice of the chain, or else one of the rest. */
  function work(): boolean {
    const { driver, inner, check } = current();
    if (checking) {
      checking = check.next();
      return true;
    }
    events.tell(inner, reserve.look(), filesSetAside(settings).length);
    const { wallMs: nowWallMs } = settings.stamp();
    forgetOldStores(driver, nowWallMs - KEPT_MS);
    const keptEvents = settings.keptEvents ?? KEPT_EVENTS;
    return pruneSlice(driver, inner.ledger, { nowWallMs, includesSeq: inner.includesSeq(), keptEvents });
  }

  return {
    store: {
      status: () => guarded((inner) => inner.status()),
      directory: () => guarded((inner) => inner.directory()),
      record,
      repeatWrongPin: (...args) => guarded((inner) => inner.repeatWrongPin(...args)),
      settleSpray: (...args) => guarded((inner) => inner.settleSpray(...args)),
      unlock: (...args) => guarded((inner) => inner.unlock(...args)),
      earlierLife: () => guarded((inner) => inner.earlierLife()),
      person: (...args) => guarded((inner) => inner.person(...args)),
      unsent: (...args) => guarded((inner) => inner.unsent(...args)),
      acknowledge: (...args) => guarded((inner) => inner.acknowledge(...args)),
      resume: (...args) => guarded((inner) => inner.resume(...args)),
      beginSnapshot: (...args) => guarded((inner) => inner.beginSnapshot(...args)),
      addPage: (...args) => guarded((inner) => inner.addPage(...args)),
      commitSnapshot: (...args) => guarded((inner) => inner.commitSnapshot(...args)),
      applyDelta: (...args) => guarded((inner) => inner.applyDelta(...args)),
      wipeRoster: () => guarded((inner) => inner.wipeRoster()),
      pendingStores: () => guarded((inner) => inner.pendingStores()),
      unsentOf: (...args) => guarded((inner) => inner.unsentOf(...args)),
      acknowledgeOf: (...args) => guarded((inner) => inner.acknowledgeOf(...args)),
      beginStore,
      health,
      close: () => open?.inner.close(),
    },

    chore() {
      try {
        return attempt(work, () => true);
      } catch {
        // Said by `health`, and by the next call.
        return false;
      }
    },
  };
}

/** A file that is not what was written, and its connection as far as it was opened. */
class UnsoundFile extends Error {
  readonly driver: SqlDriver | null;
  /** The write-ahead log as it was before. */
  readonly log: Buffer;

  constructor(driver: SqlDriver | null, cause: unknown, log: Buffer) {
    super("unsound", { cause });
    this.driver = driver;
    this.log = log;
  }
}

function failureOf(error: unknown): string | null {
  const code = codeOf(error);
  return isDamage(error) || code === "store.full" || code === "store.io" ? code : null;
}

function closeQuietly(driver: SqlDriver | null): void {
  try {
    driver?.close();
  } catch {
    // What failed before may fail once more; the connection is not used again.
  }
}
