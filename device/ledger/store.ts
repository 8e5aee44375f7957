import { CodedError } from "../../protocol/errors.ts";
import type { EventDraft } from "../../protocol/events.ts";
import type { BootId, EventSeq, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { ChainHead } from "../../protocol/chain.ts";
import type { Presence } from "../../protocol/presence.ts";
import type { KioskSettings, PinVerifier, RosterPerson } from "../../protocol/roster.ts";
import type { Random, SqlDriver } from "../../protocol/seams.ts";
import type { DirectoryEntry, LastPunch, TryRecord, UntoldPunch } from "../core/types.ts";
import type { DirectoryText } from "../roster/directory-text.ts";
import { rosterCipher } from "../roster/roster-cipher.ts";
import { openRosterStore, type RosterDelta, type RosterHeader } from "../roster/roster-store.ts";
import {
  openLedger,
  readCheckpoint,
  type AppendedEvent,
  type EventRun,
  type EventStamp,
  type Ledger,
} from "./ledger.ts";
import {
  lastPunchFromLedger,
  latestPunch,
  presenceFromLedger,
  triesFromLedger,
  untoldUniversalPunch,
} from "./person-record.ts";
import { openOldStores, type PendingStore } from "./old-stores.ts";
import { openPoweredTime } from "./powered-time.ts";
import type { Recovery } from "./recovery.ts";
import { readEarlierLife, type EarlierLife } from "./true-times.ts";
import type { NewStoreReason } from "./new-store.ts";
import { inTransaction, prepareDatabase } from "./schema.ts";
import { openSprayBudget } from "./spray-budget.ts";
import { openWrongPins } from "./wrong-pins.ts";

/** What a terminal keeps: its ledger and its roster, behind synchronous calls. The worker runs one; see worker.ts. */
export interface TerminalStore {
  readonly status: () => StoreStatus;
  readonly directory: () => DirectoryText;
  /**
   * Makes the event durable (one commit, one fsync) and says what follows from it. With a refusal comes the mark of the wrong
   * PIN, which is kept beside the ledger in the same transaction.
   */
  readonly record: (draft: EventDraft, stamp: EventStamp, wrongPin?: string | null) => Recorded;
  /** The same wrong PIN again, which is free: only how lately it was tried changes (one commit, as with a refusal). */
  readonly repeatWrongPin: (person: PersonId, wrongPin: string) => void;
  /** Records that the terminal's budget of wrong PINs is spent, or has recovered, if that is so. */
  readonly settleSpray: (stamp: EventStamp) => SpraySettled;
  readonly person: (id: PersonId) => PersonRecord | null;
  /** Records that an admin ended the slow checking that many wrong PINs brought about: the budget is full again. */
  readonly unlock: (stamp: EventStamp) => void;
  readonly earlierLife: () => EarlierLife;
  readonly unsent: (afterSeq: number, maxEvents: number, maxBytes: number) => EventRun;
  /**
   * Calls that repeat what a hub says of one store name that store: throws CodedError `store.other` when it is not this one any
   * more. Throws `ledger.ack` for an event that is not here.
   */
  readonly acknowledge: (seq: number, store?: StoreId) => void;
  /** As the hub says when a link begins: it has everything up to `seq` and no more, whatever it said before; earlier stores are then offered again. */
  readonly resume: (seq: number, store?: StoreId) => void;
  readonly beginSnapshot: (header: RosterHeader, store?: StoreId) => void;
  readonly addPage: (revision: number, people: readonly RosterPerson[], receivedMs: number) => void;
  readonly commitSnapshot: (revision: number) => void;
  readonly applyDelta: (delta: RosterDelta, receivedMs: number) => { readonly directoryChanged: boolean };
  readonly wipeRoster: () => void;
  /** Stores that ended here, whose events the hub is yet to be offered; see old-stores.ts. */
  readonly pendingStores: () => readonly PendingStore[];
  readonly unsentOf: (store: StoreId, afterSeq: number, maxEvents: number, maxBytes: number) => EventRun;
  readonly acknowledgeOf: (store: StoreId, seq: number) => void;
  /**
   * Ends the store of this id, which cannot go on, and begins another: see new-store.ts. Does nothing when it is not this one any
   * more.
   */
  readonly beginStore: (reason: NewStoreReason, ended: StoreId) => void;
  readonly health: () => StoreHealth;
  readonly close: () => void;
}

/** How the store itself is; see kept-store.ts. */
export interface StoreHealth {
  /** `low`: told early; `full`: what was set apart for the last punches is in use. */
  readonly disk: "well" | "low" | "full";
  /** Stores that ended since the start, and why, the latest last. */
  readonly recoveries: readonly Recovery[];
  /** Damaged files that were set aside and wait for somebody to look at them; above {@link MAX_SET_ASIDE} that is a trouble. */
  readonly setAside: number;
  /** Events of stores that ended, which wait for the hub's word. */
  readonly pendingEvents: number;
  /** The code of why nothing can be recorded; null when all is well. */
  readonly failure: string | null;
}

/** As many damaged files a card may have been the reason of before somebody is told to change it. */
export const MAX_SET_ASIDE = 4;

export interface StoreStatus {
  readonly store: StoreId;
  readonly head: ChainHead;
  readonly ackedSeq: number;
  /** Events up to this one were pruned; 0 when all are there. */
  readonly prunedSeq: number;
  readonly unsent: number;
  /** Null before the first roster. */
  readonly roster: { readonly revision: number; readonly kiosk: KioskSettings } | null;
}

export interface Recorded {
  readonly seq: EventSeq;
  readonly wallMs: number;
  readonly receipt: string;
  /** The person's presence with this event applied; null for events about nobody in the roster. */
  readonly presence: Presence | null;
}

/** Everything a PIN check and the screens after it need to know of one person. Read together, so it is one moment. */
export interface PersonRecord {
  readonly entry: DirectoryEntry;
  readonly kiosk: KioskSettings;
  readonly pin: PinVerifier | null;
  /** May clock out, once, and no more (PIN case 11). */
  readonly leaving: boolean;
  readonly tries: TryRecord;
  /** Marks of wrong PINs that are free, since they were tried before. */
  readonly wrongPins: readonly string[];
  /** Monotonic instant before which no PIN is checked here, whoever's; null for at once. */
  readonly checkFromMs: number | null;
  readonly presence: Presence;
  readonly lastPunch: LastPunch | null;
  readonly untold: UntoldPunch | null;
}

export interface SpraySettled {
  /** An event was recorded. */
  readonly recorded: boolean;
  /** Monotonic instant to ask again at; null for when the next PIN is refused. */
  readonly againMs: number | null;
}

/** This life of the machine: which boot, and when this store was opened in it (monotonic milliseconds). */
export interface Boot {
  readonly id: BootId;
  readonly startedMs: number;
}

/** A store in this thread, with what whoever keeps it needs besides. */
export interface OpenedStore extends TerminalStore {
  readonly ledger: Ledger;
  /** Own events that the hub's word on people includes; 0 without a roster. */
  readonly includesSeq: () => number;
}

/** `terminalKey`: what the roster is sealed under. `privateKey`: what chain heads are signed with; null for no signatures. */
export function openTerminalStore(
  driver: SqlDriver,
  terminal: TerminalId,
  boot: Boot,
  random: Random,
  terminalKey: Uint8Array,
  privateKey: string | null = null,
): OpenedStore {
  prepareDatabase(driver);
  const ledger = openLedger(driver, terminal, random, privateKey);
  const roster = openRosterStore(driver, rosterCipher(terminalKey, random), boot.id);

  const powered = openPoweredTime(driver, boot, ledger.newestMoment());
  const earlierLife = readEarlierLife(driver, boot.id, ledger.newestMoment());
  const spray = openSprayBudget(driver, powered);
  const wrongPins = openWrongPins(driver);
  const oldStores = openOldStores(driver);

  function append(draft: EventDraft, stamp: EventStamp, wrongPin: string | null): AppendedEvent {
    const { person } = draft;
    const marked = person === null || wrongPin === null ? null : { person, wrongPin };
    const isFirst = !powered.isRemembered();
    return ledger.append(
      draft,
      stamp,
      roster.current()?.revision ?? 0,
      marked === null && !isFirst
        ? null
        : () => {
            if (isFirst) powered.remember();
            if (marked !== null)
              wrongPins.add(marked.person, roster.person(marked.person)?.pin ?? null, marked.wrongPin);
          },
    );
  }

  function checkStore(store: StoreId | undefined): void {
    if (store === undefined || store === ledger.store) return;
    throw new CodedError("store.other", "what was said of one store came when another had begun");
  }

  function readPerson(id: PersonId): PersonRecord | null {
    const stored = roster.person(id);
    if (stored === null) return null;
    const header = roster.current();
    if (header === null) throw new CodedError("roster.missing", "there are people but no roster header");
    const { pin, base, leaving, tries, triesReceived, ...entry } = stored;
    const { kiosk } = header;
    const elsewhere =
      tries === null ? null : { tries, received: triesReceived, includesSeq: base.includesSeq };
    const presence = presenceFromLedger(driver, ledger, id, base);
    return {
      entry,
      kiosk,
      pin,
      leaving,
      tries: triesFromLedger(driver, powered, id, kiosk.tries, elsewhere),
      wrongPins: wrongPins.of(id, pin),
      checkFromMs: spray.checkFromMs(kiosk.tries.spray),
      presence,
      lastPunch: latestPunch(lastPunchFromLedger(driver, id, boot.id), presence),
      untold: untoldUniversalPunch(driver, id),
    };
  }

  return {
    ledger,
    includesSeq: () => roster.current()?.includesSeq ?? 0,

    status() {
      const header = roster.current();
      return {
        store: ledger.store,
        head: ledger.head(),
        ackedSeq: ledger.ackedSeq(),
        prunedSeq: readCheckpoint(driver).seq,
        unsent: ledger.unsentCount(),
        roster: header === null ? null : { revision: header.revision, kiosk: header.kiosk },
      };
    },

    directory: () => roster.directory(),

    record(draft, stamp, wrongPin = null) {
      // Before anything is durable: an event whose person cannot be read is not half told.
      const stored = draft.person === null ? null : roster.person(draft.person);
      const appended = append(draft, stamp, wrongPin);
      return {
        seq: appended.seq,
        wallMs: stamp.wallMs,
        receipt: appended.receipt,
        presence: stored === null ? null : presenceFromLedger(driver, ledger, stored.person, stored.base),
      };
    },

    repeatWrongPin(id, wrongPin) {
      inTransaction(driver, () => wrongPins.add(id, roster.person(id)?.pin ?? null, wrongPin));
    },

    settleSpray(stamp) {
      const settings = roster.current()?.kiosk.tries.spray;
      if (settings === undefined) return { recorded: false, againMs: null };
      const { change, againMs } = spray.due(settings, stamp);
      if (change !== null)
        append({ kind: "pin.spray", person: null, payload: { state: change } }, stamp, null);
      return { recorded: change !== null, againMs };
    },

    unlock(stamp) {
      append({ kind: "wait.lifted", person: null, payload: {} }, stamp, null);
    },

    person: memo(driver, readPerson),
    earlierLife: () => earlierLife,
    unsent: (afterSeq, maxEvents, maxBytes) => ledger.read(afterSeq, maxEvents, maxBytes),
    acknowledge(seq, store) {
      checkStore(store);
      ledger.acknowledge(seq);
    },
    resume(seq, store) {
      checkStore(store);
      // A hub that has less than it said was restored from a backup, which may be of before the earlier stores, too.
      if (seq < ledger.ackedSeq()) oldStores.offerAgain();
      ledger.resume(seq);
    },
    beginSnapshot(header, store) {
      checkStore(store);
      roster.beginSnapshot(header);
    },
    addPage: (revision, people, receivedMs) => roster.addPage(revision, people, receivedMs),
    commitSnapshot: (revision) => roster.commitSnapshot(revision),
    applyDelta(delta, receivedMs) {
      const applied = roster.applyDelta(delta, receivedMs);
      for (const person of delta.removed) wrongPins.forget(person);
      return applied;
    },
    wipeRoster() {
      roster.wipe();
      wrongPins.forgetAll();
    },
    pendingStores: () => oldStores.pending(),
    unsentOf: (store, afterSeq, maxEvents, maxBytes) => oldStores.read(store, afterSeq, maxEvents, maxBytes),
    acknowledgeOf: (store, seq) => oldStores.acknowledge(store, seq),
    beginStore() {
      throw new CodedError("store.no-file", "only a store in a file can be set aside for another");
    },
    health: () => ({
      disk: "well",
      recoveries: [],
      setAside: 0,
      pendingEvents: oldStores.unsentCount(),
      failure: null,
    }),
    close: () => driver.close(),
  };
}

/**
 * `read` with its latest answer kept until this connection has changed anything: one entry at the keypad asks three times.
 * What is read must follow from the database alone.
 */
function memo<Id, Value>(driver: SqlDriver, read: (id: Id) => Value): (id: Id) => Value {
  let latest: { readonly id: Id; readonly changes: unknown; readonly value: Value } | null = null;
  return (id) => {
    const changes = driver.prepare("SELECT total_changes() AS changes").get([])?.["changes"];
    if (latest?.id !== id || latest.changes !== changes) latest = { id, changes, value: read(id) };
    return latest.value;
  };
}
