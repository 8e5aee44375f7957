import { describe, expect, test } from "vitest";
import { bootId, kioskId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { readDirectory } from "../roster/directory-text.ts";
import { directoryAskedAhead } from "./asked-ahead.ts";
import { directLedgerPort } from "./port.ts";
import { openTerminalStore, type TerminalStore } from "./store.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";

const random = new SeededRandom(1);
const KEY = new Uint8Array(32);

function openStore(): TerminalStore {
  const boot = { id: makeId(bootId, random), startedMs: 0 };
  return openTerminalStore(openBetterSqlite3(":memory:"), makeId(terminalId, random), boot, random, KEY);
}

function addAna(store: TerminalStore): void {
  const kiosk = {
    kiosk: makeId(kioskId, random),
    name: "Westside Bar",
    requiresPin: true,
    pinLength: 4,
    numberLength: 4,
    timeZone: "UTC",
    language: "en",
    universalPin: null,
    tries: DEFAULT_TRY_SETTINGS,
  } as const;
  const ana = {
    person: makeId(personId, random),
    number: "1002",
    name: "Ana",
    role: "regular",
    language: null,
    moreTime: false,
    pin: null,
    presence: NEVER_PUNCHED,
  } as const;
  store.beginSnapshot({ revision: 1, includesSeq: 0, kiosk });
  store.addPage(1, [ana], 0);
  store.commitSnapshot(1);
}

describe("a directory that was asked for ahead", () => {
  test("is the first answer; from then on each question gets its own", async () => {
    const store = openStore();
    const port = directoryAskedAhead(directLedgerPort(store));
    addAna(store);
    expect(readDirectory(await port.directory()).people).toHaveLength(0);
    expect(readDirectory(await port.directory()).people).toHaveLength(1);
  });

  test("fails whoever asks for it, and nobody before", async () => {
    const store = openStore();
    store.close();
    const port = directoryAskedAhead(directLedgerPort(store));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(port.directory()).rejects.toThrow();
  });

  test("changes nothing about the other calls", async () => {
    const store = openStore();
    const port = directoryAskedAhead(directLedgerPort(store));
    expect((await port.status()).unsent).toBe(0);
  });
});
