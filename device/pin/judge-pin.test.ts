import { beforeEach, describe, expect, test } from "vitest";
import { bootId, kioskId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { KioskSettings, PinVerifier, RosterPerson } from "../../protocol/roster.ts";
import type { Kdf } from "../../protocol/seams.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { deriveVerifier, encodeVerifier, type PinOwner } from "../../protocol/verifier.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import type { VerifyOutcome } from "../core/types.ts";
import type { EventStamp } from "../ledger/ledger.ts";
import { directLedgerPort } from "../ledger/port.ts";
import { openTerminalStore, type TerminalStore } from "../ledger/store.ts";
import { judgePin } from "./judge-pin.ts";

const random = new SeededRandom(5);
const terminalKey = random.bytes(32);
const ana = makeId(personId, random);
const boot = makeId(bootId, random);
const kioskOf = makeId(kioskId, random);
const { spray } = DEFAULT_TRY_SETTINGS;

async function verifierOf(pin: string, owner: PinOwner): Promise<PinVerifier> {
  const salt = random.bytes(16);
  return encodeVerifier(salt, deriveVerifier(terminalKey, await hmacKdf.derive(pin, salt), owner, kioskOf));
}

let store: TerminalStore;
let scheduler: VirtualScheduler;
let revision: number;
let delays: number[];
/** What happens while slow hashes are computed, once for each. */
let meanwhile: (() => void)[];

beforeEach(async () => {
  scheduler = new VirtualScheduler();
  revision = 1;
  delays = [];
  meanwhile = [];
  store = openTerminalStore(
    openBetterSqlite3(":memory:"),
    makeId(terminalId, random),
    { id: boot, startedMs: 0 },
    random,
    terminalKey,
  );
  const kiosk: KioskSettings = {
    kiosk: kioskOf,
    name: "Westside Bar",
    requiresPin: true,
    pinLength: 4,
    numberLength: 4,
    timeZone: "UTC",
    language: "en",
    universalPin: await verifierOf("8062", "universal"),
    tries: DEFAULT_TRY_SETTINGS,
  };
  store.beginSnapshot({ revision, includesSeq: 0, kiosk });
  store.addPage(revision, [await entry()], 0);
  store.commitSnapshot(revision);
});

async function entry(pin = "4821", more: Partial<RosterPerson> = {}): Promise<RosterPerson> {
  return {
    person: ana,
    number: "1001",
    name: "Ana",
    role: "regular",
    language: null,
    moreTime: false,
    pin: await verifierOf(pin, ana),
    presence: NEVER_PUNCHED,
    ...more,
  };
}

function change(upserts: readonly RosterPerson[], removed: readonly (typeof ana)[] = []): void {
  const from = revision;
  revision += 1;
  store.applyDelta({ from, to: revision, includesSeq: 0, upserts, removed }, 0);
}

const kdf: Kdf = {
  async derive(pin, salt) {
    meanwhile.shift()?.();
    return hmacKdf.derive(pin, salt);
  },
};

function judge(pin: string): Promise<VerifyOutcome> {
  const parts = { ledger: directLedgerPort(store), checker: { kdf, terminalKey }, scheduler };
  return judgePin({ ...parts, onDelayed: (untilMs) => void delays.push(untilMs) }, { person: ana, pin });
}

function stamp(atMs: number): EventStamp {
  return { boot, monotonicMs: atMs, wallMs: atMs, offsetMinutes: 0, clock: "set", nonce: "0".repeat(16) };
}

function refuse(atMs: number, waitMs = 0, mark: string | null = null): void {
  store.record({ kind: "pin.refused", person: ana, payload: { count: 1, waitMs } }, stamp(atMs), mark);
}

describe("what comes of a PIN", () => {
  test("is right, wrong, or wrong again", async () => {
    expect(await judge("4821")).toMatchObject({ result: "accepted", auth: "personal" });
    const wrong = await judge("1209");
    expect(wrong).toMatchObject({ result: "wrong", tries: { count: 0 } });
    refuse(0, 0, wrong.result === "wrong" ? wrong.mark : null);
    expect(await judge("1209")).toMatchObject({ result: "repeated", tries: { count: 1 } });
    expect(await judge("1210")).toMatchObject({ result: "wrong" });
  });

  test("is not asked while the person waits", async () => {
    refuse(0, 60_000);
    let derived = 0;
    meanwhile = [() => (derived += 1)];
    expect(await judge("4821")).toMatchObject({ result: "waiting", tries: { waitUntilMs: 60_000 } });
    expect(derived).toBe(0);
  });

  test("PIN case 9: is decided by a PIN that came while it was checked", async () => {
    const changed = await entry("5739");
    meanwhile = [() => change([changed])];
    expect(await judge("4821")).toMatchObject({ result: "wrong" });
    const back = await entry("4821");
    meanwhile = [() => change([back])];
    expect(await judge("4821")).toMatchObject({ result: "accepted" });
  });

  test("PIN case 9: is decided by the role that came while it was checked", async () => {
    const { pin } = store.person(ana) ?? { pin: null };
    const promoted = await entry("4821", { pin, role: "admin" });
    meanwhile = [() => change([promoted])];
    expect(await judge("8062")).toMatchObject({ result: "wrong" });
  });

  test("PIN case 9: is nothing for who is no longer assigned, nor for who left while it was checked", async () => {
    meanwhile = [() => change([], [ana])];
    expect(await judge("4821")).toEqual({ result: "unknown" });
    expect(await judge("4821")).toEqual({ result: "unknown" });
  });

  test("is told with what else came while it was checked: a punch elsewhere, that the person is leaving", async () => {
    const { pin } = store.person(ana) ?? { pin: null };
    const presence = { state: "in", sinceMs: 1, spans: [] } as const;
    const leaving = await entry("4821", { pin, presence, leaving: true });
    meanwhile = [() => change([leaving])];
    expect(await judge("4821")).toMatchObject({
      result: "accepted",
      leaving: true,
      presence: { state: "in" },
    });
  });

  test("is given up on, as no try, when the roster never holds still", async () => {
    const changes = await Promise.all(Array.from({ length: 20 }, () => entry()));
    meanwhile = changes.map((each) => () => change([each]));
    await expect(judge("4821")).rejects.toMatchObject({ code: "pin.busy" });
  });
});

describe("a terminal whose budget of wrong PINs is spent", () => {
  let lifted: Promise<RosterPerson>;

  beforeEach(() => {
    for (let each = 0; each < spray.tries; each += 1) {
      store.record({ kind: "pin.refused", person: ana, payload: { count: 1, waitMs: 0 } }, stamp(0));
    }
    store.settleSpray(stamp(0));
    // Ana's own wrong PINs are not what this is about.
    const { pin } = store.person(ana) ?? { pin: null };
    lifted = entry("4821", {
      pin,
      tries: { resetSeq: 0, clearedSeq: 100, elsewhere: 0, elsewhereWaitMs: 0 },
    });
  });

  test("checks no sooner than so long after the latest refusal, and says until when", async () => {
    change([await lifted]);
    let outcome: VerifyOutcome | null = null;
    void judge("4821").then((judged) => (outcome = judged));
    await scheduler.pass(spray.slowMs - 1);
    expect(delays).toEqual([spray.slowMs]);
    expect(outcome).toBeNull();
    await scheduler.pass(1);
    expect(outcome).toMatchObject({ result: "accepted" });
  });

  test("PIN case 9: decides by what is known when it checks, not when the PIN was typed", async () => {
    change([await lifted]);
    let outcome: VerifyOutcome | null = null;
    void judge("4821").then((judged) => (outcome = judged));
    await scheduler.pass(spray.slowMs / 2);
    change([], [ana]);
    await scheduler.pass(spray.slowMs);
    expect(outcome).toEqual({ result: "unknown" });
  });
});
