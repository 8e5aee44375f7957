import { decodeEvent, eventHash } from "../../../protocol/chain.ts";
import type { EventDraft } from "../../../protocol/events.ts";
import { generateTerminalKeyPair } from "../../../protocol/identity.ts";
import { bootId, kioskId, makeId, personId, terminalId, type StoreId } from "../../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../../protocol/presence.ts";
import type { KioskSettings } from "../../../protocol/roster.ts";
import { DEFAULT_TRY_SETTINGS } from "../../../protocol/try-settings.ts";
import { SeededRandom } from "../../../sim/world/seeded-random.ts";
import { openKeptStore, type KeepingSettings, type KeptStore } from "../kept-store.ts";
import type { EventStamp } from "../ledger.ts";
import type { TerminalStore } from "../store.ts";
import type { Volume } from "../volume.ts";

/** A shop whose terminal has two people, for tests of what keeps its ledger. */
const random = new SeededRandom(7);
export const terminal = makeId(terminalId, random);
export const boot = { id: makeId(bootId, random), startedMs: 0 };
export const ana = makeId(personId, random);
export const jan = makeId(personId, random);
export const keys = generateTerminalKeyPair();
export const FILE = "ledger.db";
export const MINUTE_MS = 60_000;

/** 2026-11-24T05:02:00Z */
const BEGINS_MS = Date.UTC(2026, 10, 24, 5, 2);
const SMALL_SIZES = { reserveBytes: 256 * 1024, lowBytes: 512 * 1024 };
const MOST = 1_000_000;

export const kiosk: KioskSettings = {
  kiosk: makeId(kioskId, random),
  name: "Westside Bar",
  requiresPin: true,
  pinLength: 4,
  numberLength: 4,
  timeZone: "Europe/Zagreb",
  language: "en",
  universalPin: null,
  tries: DEFAULT_TRY_SETTINGS,
};

let seconds = 0;
export function stamp(): EventStamp {
  seconds += 1;
  const atMs = seconds * 1_000;
  const nonce = String(seconds).padStart(16, "0");
  return {
    boot: boot.id,
    monotonicMs: atMs,
    wallMs: BEGINS_MS + atMs,
    offsetMinutes: 60,
    clock: "set",
    nonce,
  };
}

export const punch = (person: typeof ana, action: "in" | "out"): EventDraft => ({
  kind: "punch",
  person,
  payload: { action, auth: "personal", was: action === "in" ? "out" : "in", again: false },
});
export const refusal = (person: typeof ana, count: number, waitMs: number): EventDraft => ({
  kind: "pin.refused",
  person,
  payload: { count, waitMs },
});

export function settingsOn(volume: Volume, changed: Partial<KeepingSettings> = {}): KeepingSettings {
  return {
    volume,
    file: FILE,
    terminal,
    boot,
    random,
    terminalKey: new Uint8Array(32),
    privateKey: keys.privateKey,
    stamp,
    sizes: SMALL_SIZES,
    ...changed,
  };
}

export function openOn(volume: Volume, changed: Partial<KeepingSettings> = {}): KeptStore {
  return openKeptStore(settingsOn(volume, changed));
}

export function addPeople(store: TerminalStore): void {
  const person = {
    role: "regular",
    language: null,
    moreTime: false,
    pin: null,
    presence: NEVER_PUNCHED,
  } as const;
  store.beginSnapshot({ revision: 3, includesSeq: 0, kiosk });
  store.addPage(
    3,
    [
      { ...person, person: ana, number: "1002", name: "Ana Kovač" },
      { ...person, person: jan, number: "1001", name: "Jan Novák", card: "0A00C4F2B1" },
    ],
    0,
  );
  store.commitSnapshot(3);
}

/** Punches and refusals of a day, in turn. Returns the events' texts. */
export function work(store: TerminalStore, events: number): string[] {
  const before = store.status().head.seq;
  for (let count = 0; count < events; count += 1) {
    const person = count % 3 === 0 ? jan : ana;
    store.record(
      count % 5 === 4 ? refusal(person, 1, 0) : punch(person, count % 2 === 0 ? "in" : "out"),
      stamp(),
    );
  }
  return store.unsent(before, MOST, MOST).events.slice();
}

export function finishChores(kept: KeptStore): void {
  for (let slices = 0; kept.chore(); slices += 1) {
    if (slices > 10_000) throw new RangeError("the chores do not end");
  }
}

/** All events that the store would send, its own and those of stores that ended, each checked for what its row says. */
export function everything(store: TerminalStore): Set<string> {
  const texts = new Set(store.unsent(0, MOST, MOST).events);
  for (const { store: old } of store.pendingStores())
    for (const text of eventsOf(store, old)) texts.add(text);
  return texts;
}

export function eventsOf(store: TerminalStore, old: StoreId): string[] {
  const texts: string[] = [];
  for (let after = 0; ;) {
    const run = store.unsentOf(old, after, MOST, MOST);
    if (run.events.length === 0) return texts;
    const last = run.events.at(-1) ?? "";
    if (eventHash(last) !== run.head.hash || decodeEvent(last).seq !== run.head.seq) {
      throw new RangeError("a run's head is not its last event");
    }
    texts.push(...run.events);
    after = run.head.seq;
  }
}
