import * as z from "zod";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import { decodeEvent } from "../../protocol/chain.ts";
import { knownEvent, type EventDraft } from "../../protocol/events.ts";
import { storeId, type StoreId, type TerminalId } from "../../protocol/ids.ts";
import type { Random, SqlDriver } from "../../protocol/seams.ts";
import { readCarryOver, writeCarryOver, type CarriedOver } from "./carry-over.ts";
import type { EventStamp } from "./ledger.ts";
import { endingOf } from "./new-store.ts";
import { dropRivals, keepOldEvent } from "./old-stores.ts";
import { eventsIn, eventsInFile, type FoundEvent } from "./salvage.ts";
import { inTransaction, prepareDatabase } from "./schema.ts";
import { openSignedHeads } from "./signed-heads.ts";
import { openTerminalStore, type Boot } from "./store.ts";
import type { Volume } from "./volume.ts";

/**
 * A ledger that is damaged, or cannot go on (new-store.ts), is set aside whole, under a name that says when and why, and never written again. What can be read of it
 * goes into a new one: its events verbatim, as an old store's that the hub is yet to be offered; the people, with where they
 * stand. The new chain's first event tells the hub.
 *
 * The new file is made under another name and takes the old one's place at the end. A power cut on the way leaves the old
 * file, or neither of the two under the ledger's name: `finishRecovery` then goes on where it stopped.
 */

/** What can be wrong with a ledger's file, by the code of who finds it, and what the file set aside is called for it. */
const DAMAGES: Readonly<Record<string, string>> = {
  "store.not-a-database": "not-a-database",
  "store.corrupt": "torn-page",
  "chain.gap": "event-missing",
  "chain.broken": "chain-broken",
  "ledger.damaged": "event-damaged",
};

/** SQLite keeps these beside a database's file; a journal until it has a write-ahead log. */
const COMPANIONS = ["", "-wal", "-shm", "-journal"] as const;
const NEW_FILE = "-new";
/** Events written in one transaction, as a new file is filled. */
const EVENTS_PER_TRANSACTION = 1_000;
/** Files that may be set aside under the same name but for a number. */
const MAX_NAMESAKES = 1_000;

const headRow = z.object({ seq: z.int().nullable(), hash: z.string().nullable() });
const SELDOM = { jitless: true };

/** True of an error that says that the file is not what was written. */
export function isDamage(error: unknown): boolean {
  return Object.hasOwn(DAMAGES, codeOf(error));
}

export interface LedgerSettings {
  /** Where the ledger is, and the name of its file there. */
  readonly volume: Volume;
  readonly file: string;
  readonly terminal: TerminalId;
  readonly boot: Boot;
  readonly random: Random;
  readonly terminalKey: Uint8Array;
  readonly privateKey: string | null;
  /** The clocks now and a fresh nonce: for what the ledger itself has to record. */
  readonly stamp: () => EventStamp;
}

export interface Recovery {
  /** The code of what was found. */
  readonly code: string;
  /** The name of the file that was set aside. */
  readonly setAside: string;
  /** The store that ended; null when not even that could be read. */
  readonly from: StoreId | null;
  /** Its events that could be read. */
  readonly events: number;
}

/**
 * Ends the ledger whose file is damaged or cannot go on, which `error` says, and begins the next one. `old` is its connection as far as it could be opened; it is
 * closed here. `log`: the write-ahead log as it was before that connection, which may have begun it anew. Throws what the volume throws when even this is not possible (`store.full`, `store.io`).
 */
export function recoverLedger(
  settings: LedgerSettings,
  error: unknown,
  old: SqlDriver | null,
  log: Buffer | null = null,
): Recovery {
  const { volume, file, terminal, boot, random, terminalKey } = settings;
  const code = codeOf(error);
  removeNewFile(volume, file);
  const fresh = volume.open(file + NEW_FILE);
  let from: StoreId | null;
  let events: number;
  try {
    prepareDatabase(fresh);
    for (const companion of ["", "-wal"]) copyEvents(eventsInFile(volume, file + companion), fresh);
    if (log !== null) copyEvents(eventsIn(log), fresh);
    dropRivals(fresh);
    const carried = old === null ? null : readCarryOver(old, terminal, boot, random, terminalKey);
    from = endedStore(old, fresh);
    events = countEvents(fresh, from);
    beginAnew(settings, fresh, carried, from, events, code);
    fresh.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    fresh.close();
    closeQuietly(old);
  }
  const setAside = moveAside(settings, error);
  volume.rename(file + NEW_FILE, file);
  return { code, setAside, from, events };
}

/** To be called before the ledger's file is opened: finishes a recovery that a power cut stopped, or clears it away. */
export function finishRecovery(settings: LedgerSettings): void {
  const { volume, file } = settings;
  if (volume.size(file + NEW_FILE) === null) return;
  if (volume.size(file) !== null) {
    removeNewFile(volume, file);
    return;
  }
  // The file is set aside already, its companions perhaps not: they must not come beside the new one.
  moveAside(settings, new CodedError("store.corrupt", "a recovery was stopped half-way"));
  volume.rename(file + NEW_FILE, file);
}

/** Damaged files that were set aside so far. */
export function filesSetAside({ volume, file }: LedgerSettings): string[] {
  return volume.list().filter((name) => name.startsWith(`${stem(file)}.damaged-`) && name.endsWith(".db"));
}

function copyEvents(events: Iterable<FoundEvent>, fresh: SqlDriver): void {
  const found = events[Symbol.iterator]();
  for (let isMore = true; isMore;) {
    isMore = inTransaction(fresh, () => {
      for (let count = 0; count < EVENTS_PER_TRANSACTION; count += 1) {
        const next = found.next();
        if (next.done === true) return false;
        keepOldEvent(fresh, next.value);
      }
      return true;
    });
  }
}

/** The store that the damaged file held: by its own word, or else the one whose events are the youngest. */
function endedStore(old: SqlDriver | null, fresh: SqlDriver): StoreId | null {
  const youngest = fresh
    .prepare("SELECT store FROM old_events ORDER BY json_extract(text, '$.wallMs') DESC, seq DESC LIMIT 1")
    .get([])?.["store"];
  let own: unknown;
  try {
    own = old?.prepare("SELECT store_id FROM store").get([])?.["store_id"];
  } catch {
    own = undefined;
  }
  const parsed = storeId.safeParse(own);
  const isKnown = parsed.success && (youngest === undefined || countEvents(fresh, parsed.data) > 0);
  if (isKnown) return parsed.data;
  return youngest === undefined ? null : storeId.parse(youngest);
}

function countEvents(driver: SqlDriver, store: StoreId | null): number {
  const row = driver.prepare("SELECT count(*) AS count FROM old_events WHERE store = ?").get([store]);
  return Number(row?.["count"]);
}

/** Opens the new store: its first event says what happened, and its roster is what the old one came to. */
function beginAnew(
  { terminal, boot, random, terminalKey, privateKey, stamp }: LedgerSettings,
  fresh: SqlDriver,
  carried: CarriedOver | null,
  from: StoreId | null,
  events: number,
  code: string,
): void {
  const store = openTerminalStore(fresh, terminal, boot, random, terminalKey, privateKey);
  const draft: EventDraft =
    from === null
      ? { kind: "health.fault", person: null, payload: { part: "store", code } }
      : { kind: "store.recovered", person: null, payload: { from, events, reason: code } };
  const offsetMinutes = newestOffset(fresh);
  store.record(draft, { ...stamp(), offsetMinutes });
  const clock = clockOf(boot, fresh);
  if (clock !== null) store.record(clock, { ...stamp(), offsetMinutes });
  if (carried !== null) writeCarryOver(fresh, boot, random, terminalKey, carried);
  if (from === null) return;
  const last = fresh.prepare("SELECT max(seq) AS seq, hash FROM old_events WHERE store = ?").get([from]);
  const { seq, hash } = headRow.parse(last, SELDOM);
  if (seq !== null && hash !== null) openSignedHeads(fresh, terminal, from, privateKey).sign({ seq, hash });
}

/** What the old store knew of this boot's clock: the new one's events of the same boot are timed by it, too. */
function clockOf({ id }: Boot, driver: SqlDriver): EventDraft | null {
  const row = driver
    .prepare(
      `SELECT text FROM old_events WHERE json_extract(text, '$.kind') = 'clock.synced' AND json_extract(text, '$.boot') = ?
       ORDER BY json_extract(text, '$.monotonicMs') DESC LIMIT 1`,
    )
    .get([id]);
  const event = row === undefined ? null : knownEvent(decodeEvent(String(row["text"])));
  return event?.kind === "clock.synced" ? event : null;
}

/** The kiosk's time zone is not known here; its offset was, when the newest event was written. */
function newestOffset(driver: SqlDriver): number {
  const row = driver
    .prepare(
      "SELECT json_extract(text, '$.offsetMinutes') AS minutes FROM old_events ORDER BY found DESC LIMIT 1",
    )
    .get([]);
  return Number(row?.["minutes"] ?? 0);
}

/** Renames file and companions. The file goes first: without it nothing is opened before they are away, too. */
function moveAside({ volume, file, stamp }: LedgerSettings, error: unknown): string {
  const when = new Date(stamp().wallMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const ending = endingOf(error);
  const why =
    ending === null ? `damaged-${when}-${DAMAGES[codeOf(error)] ?? "unknown"}` : `ended-${when}-${ending}`;
  const name = `${stem(file)}.${why}`;
  const taken = new Set(volume.list());
  for (let number = 1; number <= MAX_NAMESAKES; number += 1) {
    const aside = `${name}${number === 1 ? "" : `-${number}`}.db`;
    if (COMPANIONS.some((companion) => taken.has(aside + companion))) continue;
    for (const companion of COMPANIONS) {
      if (taken.has(file + companion)) volume.rename(file + companion, aside + companion);
    }
    return aside;
  }
  throw new RangeError(`there are ${MAX_NAMESAKES} files ${name} already`);
}

/** The file goes last: as long as it is there, the next start finds what is to be removed. */
function removeNewFile(volume: Volume, file: string): void {
  for (const companion of COMPANIONS.toReversed()) volume.remove(file + NEW_FILE + companion);
}

function stem(file: string): string {
  return file.replace(/\.db$/, "");
}

function closeQuietly(driver: SqlDriver | null): void {
  try {
    driver?.close();
  } catch {
    // What is damaged may not even close; the file is set aside all the same.
  }
}
