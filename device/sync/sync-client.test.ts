import { beforeEach, describe, expect, test } from "vitest";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { EventDraft } from "../../protocol/events.ts";
import {
  bootId,
  eventSeq,
  kioskId,
  makeId,
  personId,
  terminalId,
  type PersonId,
} from "../../protocol/ids.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { HEARTBEAT_MS, SILENCE_LIMIT_MS } from "../../protocol/limits.ts";
import { encodeMessage } from "../../protocol/messages.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import type { PairedIdentity } from "../config/identity.ts";
import type { LinkState } from "../core/types.ts";
import { openTerminalStore, type TerminalStore } from "../ledger/store.ts";
import { readDirectory } from "../roster/directory-text.ts";
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from "./backoff.ts";
import { SyncClient } from "./sync-client.ts";
import type { HubEnd } from "./testing/hub-end.ts";
import { lastOf, testSyncParts } from "./testing/sync-parts.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";

const random = new SeededRandom(1);
const terminal = makeId(terminalId, random);
const ana = makeId(personId, random);
const identity: PairedIdentity = {
  ...generateTerminalKeyPair(),
  paired: { terminal, terminalKey: Buffer.alloc(32).toString("base64") },
};
const NONCE = Buffer.alloc(32).toString("base64");
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

let scheduler: VirtualScheduler;
let store: TerminalStore;
let ends: HubEnd[];
let links: LinkState[];
let rosters: number;
let told: PersonId[];
let revocations: number;
let reachable: boolean;
let sync: SyncClient;

beforeEach(() => {
  scheduler = new VirtualScheduler();
  const boot = { id: makeId(bootId, random), startedMs: 0 };
  store = openTerminalStore(openBetterSqlite3(":memory:"), terminal, boot, random, new Uint8Array(32));
  ends = [];
  links = [];
  rosters = 0;
  told = [];
  revocations = 0;
  reachable = true;
  const parts = testSyncParts(scheduler, store, identity, ends);
  sync = new SyncClient({
    ...parts,
    connect: () =>
      reachable ? parts.connect() : Promise.reject(new CodedError("link.unreachable", "no hub")),
    onRoster: () => (rosters += 1),
    onPeople: (people) => told.push(...people),
    onRevoked: () => (revocations += 1),
    onLink: (state) => links.push(state),
  });
});

const pass = (ms: number): Promise<void> => scheduler.pass(ms);
const lastEnd = (): HubEnd => lastOf(ends);

function punch(): void {
  const draft: EventDraft = {
    kind: "punch",
    person: ana,
    payload: { action: "in", auth: "personal", was: "out", again: false },
  };
  const atMs = Math.floor(scheduler.nowMs());
  store.record(draft, {
    boot: makeId(bootId, random),
    monotonicMs: atMs,
    wallMs: atMs,
    offsetMinutes: 0,
    clock: "set",
    nonce: "0123456789abcdef",
  });
  sync.poke();
}

async function connected(ackedSeq = 0): Promise<HubEnd> {
  sync.start();
  await pass(10);
  const end = lastEnd();
  end.say({ type: "challenge", nonce: NONCE });
  await pass(10);
  end.say({ type: "welcome", version: 1, ackedSeq, hubTimeMs: 0 });
  await pass(10);
  return end;
}

describe("the terminal's side of the link", () => {
  test("says who it is and what it has, and proves it", async () => {
    const end = await connected();
    expect(end.ofType("hello")).toMatchObject([{ terminal, lastSeq: 0, rosterRevision: 0 }]);
    expect(end.ofType("proof")).toHaveLength(1);
    expect(links.at(-1)).toEqual({ link: "up", unsent: 0 });
  });

  test("sends what the ledger holds beyond what the hub has, and each event once", async () => {
    punch();
    punch();
    const end = await connected(1);
    expect(end.ofType("events").map(({ events }) => events.length)).toEqual([1]);
    punch();
    await pass(10);
    end.say({ type: "ack", seq: eventSeq.parse(3) });
    await pass(10);
    expect(end.ofType("events").map(({ events }) => events.length)).toEqual([1, 1]);
    expect(store.status()).toMatchObject({ ackedSeq: 3, unsent: 0 });
  });

  test("sends again on a new link what was not acknowledged on the old", async () => {
    const first = await connected();
    punch();
    await pass(10);
    expect(first.ofType("events")).toHaveLength(1);
    first.say({ type: "refused", code: "hub.unavailable", message: "", retryAfterMs: 0 });
    await pass(2 * FIRST_PAUSE_MS);
    const second = lastEnd();
    expect(second).not.toBe(first);
    second.say({ type: "challenge", nonce: NONCE });
    await pass(10);
    second.say({ type: "welcome", version: 1, ackedSeq: 0, hubTimeMs: 0 });
    await pass(10);
    expect(second.ofType("events")).toHaveLength(1);
  });

  test("swaps in a roster only when its last page is on disk, and tells of people or of the whole", async () => {
    const end = await connected();
    end.say({ type: "rosterBegin", revision: 5, people: 1, kiosk, includesSeq: 0 });
    const person = {
      person: ana,
      number: "1001",
      name: "Ana",
      role: "regular",
      language: null,
      moreTime: false,
      pin: null,
      presence: NEVER_PUNCHED,
    } as const;
    end.say({ type: "rosterPage", revision: 5, people: [person] });
    await pass(10);
    expect(rosters).toBe(0);
    end.say({ type: "rosterEnd", revision: 5 });
    await pass(10);
    expect(rosters).toBe(1);
    expect(readDirectory(store.directory()).people).toHaveLength(1);
    const punched = { ...person, presence: { state: "in", sinceMs: 1, spans: [] } } as const;
    end.say({ type: "rosterDelta", from: 5, to: 6, upserts: [punched], removed: [], includesSeq: 0 });
    await pass(10);
    expect({ rosters, told }).toEqual({ rosters: 1, told: [ana] });
    const renamed = { ...punched, name: "Anna" };
    end.say({ type: "rosterDelta", from: 6, to: 7, upserts: [renamed], removed: [], includesSeq: 0 });
    await pass(10);
    expect({ rosters, told }).toEqual({ rosters: 2, told: [ana] });
  });

  test("tells its state at every heartbeat", async () => {
    const end = await connected();
    punch();
    await pass(HEARTBEAT_MS);
    sync.beat();
    end.say({ type: "pulse", hubTimeMs: 0 });
    await pass(HEARTBEAT_MS);
    sync.beat();
    await pass(10);
    expect(end.ofType("status").map(({ unsent }) => unsent)).toEqual([1, 1]);
  });
});

describe("a hub that misbehaves", () => {
  test.each([
    ["garbage", "{nonsense"],
    ["a message of no known type", '{"type":"obey"}'],
    ["a claim's answer nobody asked for", encodeMessage({ type: "claimed", terminal, terminalKey: NONCE })],
    [
      "a change of a roster that is not here",
      encodeMessage({ type: "rosterDelta", from: 7, to: 8, upserts: [], removed: [], includesSeq: 0 }),
    ],
    [
      "an acknowledgement of an event that is not here",
      encodeMessage({ type: "ack", seq: eventSeq.parse(9) }),
    ],
  ])("with %s is left, and tried again later", async (_what, text) => {
    const end = await connected();
    end.sayRaw(text);
    await pass(10);
    expect(end.closed).toBe(true);
    expect(links.at(-1)).toMatchObject({ link: "down" });
    await pass(2 * FIRST_PAUSE_MS);
    expect(ends).toHaveLength(2);
  });

  test("by going silent is left after the silence limit", async () => {
    const end = await connected();
    await pass(SILENCE_LIMIT_MS - 100);
    sync.beat();
    expect(end.closed).toBe(false);
    await pass(HEARTBEAT_MS);
    sync.beat();
    await pass(10);
    expect(end.closed).toBe(true);
  });

  test("by never answering the greeting is left", async () => {
    sync.start();
    await pass(11_000);
    expect(ends[0]?.closed).toBe(true);
  });

  test("by knowing more events than the card has gets nothing new", async () => {
    const end = await connected(5);
    punch();
    await pass(10);
    expect(end.closed).toBe(true);
    expect(end.ofType("events")).toHaveLength(0);
  });
});

describe("a hub that is not there", () => {
  test("is tried for ever, with pauses that stay below their bound, and punches wait", async () => {
    reachable = false;
    sync.start();
    punch();
    await pass(60 * LONGEST_PAUSE_MS);
    expect(links.at(-1)).toMatchObject({ link: "down", unsent: 1 });
    reachable = true;
    await pass(LONGEST_PAUSE_MS + 10);
    expect(ends.length).toBeGreaterThan(0);
  });

  test("is tried no more once stopped", async () => {
    reachable = false;
    sync.start();
    await pass(10);
    sync.stop();
    expect(scheduler.pending).toBe(0);
  });
});
