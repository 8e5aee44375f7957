import { CodedError } from "../../protocol/errors.ts";
import type { EventDraft } from "../../protocol/events.ts";
import type { BootId, EventSeq, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { ChainHead } from "../../protocol/chain.ts";
import type { Presence } from "../../protocol/presence.ts";
import type { KioskSettings, PinVerifier, RosterPerson } from "../../protocol/roster.ts";
import type { Random, SqlDriver } from "../../protocol/seams.ts";
import type { DirectoryEntry, LastPunch, TryRecord } from "../core/types.ts";
import type { DirectoryText } from "../roster/directory-text.ts";
import { rosterCipher } from "../roster/roster-cipher.ts";
import { openRosterStore, type RosterDelta, type RosterHeader } from "../roster/roster-store.ts";
import { openLedger, type EventRun, type EventStamp } from "./ledger.ts";
import { lastPunchFromLedger, presenceFromLedger, triesFromLedger } from "./person-record.ts";
import { prepareDatabase } from "./schema.ts";

/** What a terminal keeps: its ledger and its roster, behind synchronous calls. The worker runs one; see worker.ts. */
export interface TerminalStore {
  readonly status: () => StoreStatus;
  readonly directory: () => DirectoryText;
  /** Makes the event durable (one commit, one fsync) and says what follows from it. */
  readonly record: (draft: EventDraft, stamp: EventStamp) => Recorded;
  readonly person: (id: PersonId) => PersonRecord | null;
  readonly unsent: (afterSeq: number, maxEvents: number, maxBytes: number) => EventRun;
  readonly acknowledge: (seq: number) => void;
  readonly beginSnapshot: (header: RosterHeader) => void;
  readonly addPage: (revision: number, people: readonly RosterPerson[], receivedMs: number) => void;
  readonly commitSnapshot: (revision: number) => void;
  readonly applyDelta: (delta: RosterDelta, receivedMs: number) => { readonly directoryChanged: boolean };
  readonly wipeRoster: () => void;
  readonly close: () => void;
}

export interface StoreStatus {
  readonly store: StoreId;
  readonly head: ChainHead;
  readonly ackedSeq: number;
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
  readonly presence: Presence;
  readonly lastPunch: LastPunch | null;
}

/** This life of the machine: which boot, and when this store was opened in it (monotonic milliseconds). */
export interface Boot {
  readonly id: BootId;
  readonly startedMs: number;
}

/** `terminalKey`: what the roster is sealed under. */
export function openTerminalStore(
  driver: SqlDriver,
  terminal: TerminalId,
  boot: Boot,
  random: Random,
  terminalKey: Uint8Array,
): TerminalStore {
  prepareDatabase(driver);
  const ledger = openLedger(driver, terminal, random);
  const roster = openRosterStore(driver, rosterCipher(terminalKey, random), boot.id);

  function presenceOf(id: PersonId): Presence | null {
    const stored = roster.person(id);
    return stored === null ? null : presenceFromLedger(driver, ledger, id, stored.base);
  }

  return {
    status() {
      const header = roster.current();
      return {
        store: ledger.store,
        head: ledger.head(),
        ackedSeq: ledger.ackedSeq(),
        unsent: ledger.unsentCount(),
        roster: header === null ? null : { revision: header.revision, kiosk: header.kiosk },
      };
    },

    directory: () => roster.directory(),

    record(draft, stamp) {
      const appended = ledger.append(draft, stamp, roster.current()?.revision ?? 0);
      return {
        seq: appended.seq,
        wallMs: stamp.wallMs,
        receipt: appended.receipt,
        presence: draft.person === null ? null : presenceOf(draft.person),
      };
    },

    person(id) {
      const stored = roster.person(id);
      if (stored === null) return null;
      const header = roster.current();
      if (header === null) throw new CodedError("roster.missing", "there are people but no roster header");
      const { pin, base, leaving, tries: _tries, triesReceived: _received, ...entry } = stored;
      return {
        entry,
        kiosk: header.kiosk,
        pin,
        leaving,
        tries: triesFromLedger(driver, ledger, id, boot),
        presence: presenceFromLedger(driver, ledger, id, base),
        lastPunch: lastPunchFromLedger(driver, id, boot.id),
      };
    },

    unsent: (afterSeq, maxEvents, maxBytes) => ledger.read(afterSeq, maxEvents, maxBytes),
    acknowledge: (seq) => ledger.acknowledge(seq),
    beginSnapshot: (header) => roster.beginSnapshot(header),
    addPage: (revision, people, receivedMs) => roster.addPage(revision, people, receivedMs),
    commitSnapshot: (revision) => roster.commitSnapshot(revision),
    applyDelta: (delta, receivedMs) => roster.applyDelta(delta, receivedMs),
    wipeRoster: () => roster.wipe(),
    close: () => driver.close(),
  };
}
