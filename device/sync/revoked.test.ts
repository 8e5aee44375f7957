import { beforeEach, describe, expect, test } from "vitest";
import { bootId, kioskId, makeId, personId, terminalId } from "../../protocol/ids.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { eventSeq } from "../../protocol/ids.ts";
import { HANDSHAKE_TIMEOUT_MS } from "../../protocol/limits.ts";
import type { RefusalCode } from "../../protocol/messages.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import { revocationProof } from "../../protocol/revocation.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import type { PairedIdentity } from "../config/identity.ts";
import { openTerminalStore, type TerminalStore } from "../ledger/store.ts";
import { SyncClient } from "./sync-client.ts";
import type { HubEnd } from "./testing/hub-end.ts";
import { lastOf, testSyncParts } from "./testing/sync-parts.ts";

/** A terminal whose place is taken away, against a hub that the test plays. */

const random = new SeededRandom(1);
const terminal = makeId(terminalId, random);
const terminalKey = random.bytes(32);
const identity: PairedIdentity = {
  ...generateTerminalKeyPair(),
  paired: { terminal, terminalKey: Buffer.from(terminalKey).toString("base64") },
};
const PROOF = revocationProof(terminalKey, terminal);
const HOUR_MS = 3_600_000;

let scheduler: VirtualScheduler;
let store: TerminalStore;
let ends: HubEnd[];
let revocations: number;
let sync: SyncClient;

beforeEach(() => {
  scheduler = new VirtualScheduler();
  const boot = { id: makeId(bootId, random), startedMs: 0 };
  store = openTerminalStore(openBetterSqlite3(":memory:"), terminal, boot, random, terminalKey);
  store.beginSnapshot({
    revision: 1,
    includesSeq: 0,
    kiosk: {
      kiosk: makeId(kioskId, random),
      name: "Westside Bar",
      requiresPin: true,
      pinLength: 4,
      numberLength: 4,
      timeZone: "UTC",
      language: "en",
      universalPin: null,
      tries: DEFAULT_TRY_SETTINGS,
    },
  });
  const ana = { person: makeId(personId, random), number: "1001", name: "Ana", role: "regular" } as const;
  store.addPage(1, [{ ...ana, language: null, moreTime: false, pin: null, presence: NEVER_PUNCHED }], 0);
  store.commitSnapshot(1);
  ends = [];
  revocations = 0;
  sync = new SyncClient({
    ...testSyncParts(scheduler, store, identity, ends),
    onRevoked: () => (revocations += 1),
  });
});

const pass = (ms = 10): Promise<void> => scheduler.pass(ms);
const lastEnd = (): HubEnd => lastOf(ends);
const roster = () => store.status().roster;

async function connected(): Promise<HubEnd> {
  sync.start();
  await pass();
  const end = lastEnd();
  end.say({ type: "challenge", nonce: Buffer.alloc(32).toString("base64") });
  await pass();
  return end;
}

async function welcomed(): Promise<HubEnd> {
  const end = await connected();
  end.say({ type: "welcome", version: 1, ackedSeq: 0, hubTimeMs: 0 });
  await pass();
  return end;
}

function recordOne(): void {
  store.record(
    { kind: "service.test-punch", person: null, payload: {} },
    {
      boot: makeId(bootId, random),
      monotonicMs: 0,
      wallMs: 0,
      offsetMinutes: 0,
      clock: "set",
      nonce: "0123456789abcdef",
    },
  );
  sync.poke();
}

const refuse = (end: HubEnd, code: RefusalCode): void =>
  end.say({ type: "refused", code, message: "go away", retryAfterMs: 1_000 });

describe("a proved revocation", () => {
  test("wipes the roster, ends the link, and no other is made", async () => {
    const end = await welcomed();
    end.say({ type: "revoked", proof: PROOF });
    await pass();
    expect(roster()).toBeNull();
    expect({ revocations, closed: end.closed }).toEqual({ revocations: 1, closed: true });
    await pass(HOUR_MS);
    expect(ends).toHaveLength(1);
    expect(scheduler.pending).toBe(0);
  });

  test("waits with leaving until the hub has what was recorded, but nobody punches meanwhile", async () => {
    const end = await welcomed();
    recordOne();
    await pass();
    end.say({ type: "revoked", proof: PROOF });
    await pass();
    expect({ revocations, roster: roster() }).toEqual({ revocations: 0, roster: null });
    end.say({ type: "ack", seq: eventSeq.parse(1) });
    await pass();
    expect(revocations).toBe(1);
  });

  test("said again on the next link does its work there, when the first was lost before the last acknowledgement", async () => {
    const first = await welcomed();
    recordOne();
    await pass();
    first.say({ type: "revoked", proof: PROOF });
    await pass();
    first.hangUp();
    await pass(5_000);
    expect(revocations).toBe(0);
    const second = lastEnd();
    expect(second).not.toBe(first);
    expect(second.ofType("hello")[0]).toMatchObject({ terminal, rosterRevision: 0, lastSeq: 1 });
    second.say({ type: "challenge", nonce: Buffer.alloc(32).toString("base64") });
    await pass();
    second.say({ type: "welcome", version: 1, ackedSeq: 0, hubTimeMs: 0 });
    await pass();
    second.say({ type: "revoked", proof: PROOF });
    second.say({ type: "ack", seq: eventSeq.parse(1) });
    await pass();
    expect(revocations).toBe(1);
  });

  test("of a stolen one, whose events the hub does not want, ends it at once", async () => {
    recordOne();
    const end = await connected();
    end.say({ type: "revoked", proof: PROOF });
    refuse(end, "terminal.revoked");
    await pass();
    expect({ revocations, roster: roster() }).toEqual({ revocations: 1, roster: null });
    expect(store.status()).toMatchObject({ head: { seq: 1 }, unsent: 1 });
    await pass(HOUR_MS);
    expect(ends).toHaveLength(1);
  });
});

describe("what proves nothing wipes nothing", () => {
  test.each([
    ["made with another key", revocationProof(random.bytes(32), terminal)],
    ["of another terminal", revocationProof(terminalKey, makeId(terminalId, random))],
    ["of zeros", Buffer.alloc(32).toString("base64")],
  ])("a proof %s ends the link to who said it, and that is all", async (_what, proof) => {
    const end = await welcomed();
    end.say({ type: "revoked", proof });
    await pass();
    expect(roster()).not.toBeNull();
    expect({ revocations, closed: end.closed }).toEqual({ revocations: 0, closed: true });
    await pass(5_000);
    expect(ends.length).toBeGreaterThan(1);
  });

  test.each(["terminal.revoked", "terminal.unknown"] as const)(
    "a refusal with %s alone: the terminal keeps all and comes again",
    async (code) => {
      const end = await connected();
      refuse(end, code);
      await pass();
      expect({ revocations, roster: roster()?.revision }).toEqual({ revocations: 0, roster: 1 });
      await pass(HANDSHAKE_TIMEOUT_MS);
      expect(ends.length).toBeGreaterThan(1);
    },
  );
});
