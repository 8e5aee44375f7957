import type { Mutant } from "./mutant.ts";

/** Bugs of what is kept: the terminal's ledger, its roster, the hub's database. */
export const STORAGE_MUTANTS: readonly Mutant[] = [
  {
    name: "terminal-synchronous-normal",
    file: "device/ledger/schema.ts",
    find: "PRAGMA synchronous = FULL;",
    replace: "PRAGMA synchronous = NORMAL;",
    why: "a punch that was shown is lost with the power",
  },
  {
    name: "hub-synchronous-normal",
    file: "hub/store/store.ts",
    find: "PRAGMA synchronous = FULL",
    replace: "PRAGMA synchronous = NORMAL",
    why: "events that were acknowledged are lost with the hub's power",
  },
  {
    name: "person-memo-never-refreshed",
    file: "device/ledger/store.ts",
    find: "latest?.id !== id || latest.changes !== changes",
    replace: "latest?.id !== id",
    why: "the same person right again is taken for where they stood before their punch, and as having made no wrong tries",
  },
  {
    name: "roster-memo-outlives-a-change",
    file: "device/roster/roster-store.ts",
    find: `    } finally {
      latest = null;
    }`,
    replace: `    } finally {
      known ??= null;
    }`,
    why: "after the hub's word on somebody, the terminal goes by the word before",
  },
  {
    name: "stale-roster-revision-kept",
    file: "device/roster/roster-store.ts",
    find: "revision: delta.to,",
    replace: "revision: delta.from,",
    why: "every later change is refused, or sent again for ever",
  },
  {
    name: "own-punches-on-top-twice",
    file: "device/ledger/person-record.ts",
    find: ".all([person, base.includesSeq]);",
    replace: ".all([person, 0]);",
    why: "what the hub said already with this terminal's punches in it gets them once more, over newer ones of another terminal",
  },
  {
    name: "included-events-not-noted",
    file: "device/roster/roster-store.ts",
    find: "includesSeq: Math.max(before.includesSeq, delta.includesSeq),",
    replace: "includesSeq: before.includesSeq,",
    why: "punches are counted again on top of a hub that knows them",
  },
  {
    name: "failed-commit-recorded-again",
    file: "device/ledger/kept-store.ts",
    find: "alreadyRecorded(stamp) ?? call()",
    replace: "call()",
    why: "a punch whose sync failed once is on the card twice",
  },
  {
    name: "rot-taken-for-what-was-written",
    file: "device/ledger/ledger.ts",
    find: `if (hash !== row["hash"]) throw damagedEvent(row["seq"]);`,
    replace: "",
    why: "an event that rotted is sent as it is now",
  },
  {
    name: "reserve-never-freed",
    file: "device/ledger/kept-store.ts",
    find: "      reserve.free();\n      emptyLog();\n",
    replace: "      emptyLog();\n",
    why: "on a full card the last punches do not fit",
  },
  {
    name: "plug-ends-a-wait",
    file: "device/ledger/person-record.ts",
    find: "? moment.monotonicMs : powered.startedMs;",
    replace: "? moment.monotonicMs : 0;",
    why: "pulling the plug makes a wait shorter",
  },
  {
    name: "universal-pin-ends-refusals",
    file: "device/ledger/person-record.ts",
    find: `kind IN ('punch', 'pin.accepted')
         AND json_extract(text, '$.payload.auth') = 'personal' ORDER BY`,
    replace: "kind IN ('punch', 'pin.accepted') ORDER BY",
    why: "who has the Universal PIN guesses a personal one without waits",
  },
  {
    name: "receipt-of-the-event-before",
    file: "device/ledger/ledger.ts",
    find: "receipt: receiptCode(hash) };",
    replace: "receipt: receiptCode(envelope.previous) };",
    why: "the code on the screen leads to another event",
  },
];
