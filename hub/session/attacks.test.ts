import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventDraft } from "../../protocol/events.ts";
import { storeId, makeId, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { createClaimToken, redeemClaim } from "../terminals/claims.ts";
import {
  connect,
  createTestKiosk,
  greet,
  openTestScene,
  openTestTerminal,
  type TestHub,
} from "../testing/hub.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { TestTerminal } from "../testing/terminal.ts";

/** Who can hear the wire, speak on it, and has a terminal of their own. What was said once must be good for nothing else. */

let hub: TestHub;
let kiosk: KioskId;
let ana: { person: PersonId; pin: string };

beforeEach(async () => {
  ({ hub, kiosk, ana } = await openTestScene());
});
afterEach(() => hub.core.close());

const punchIn = (): EventDraft => ({
  kind: "punch",
  person: ana.person,
  payload: { action: "in", auth: "personal", was: "out", again: false },
});
const pass = (): Promise<void> => hub.scheduler.pass(1);
const refusalOf = (terminal: TestTerminal) => terminal.last("refused")?.code;
const textsHere = async (): Promise<string[]> => {
  const rows = await hub.context.store.queries.selectFrom("events").select("text").orderBy("seq").execute();
  return rows.map(({ text }) => text);
};
const punchesHere = () => hub.context.store.queries.selectFrom("punches").selectAll().execute();

/** A peer without any key of use, which says what it likes. */
function stranger(seed: number): TestTerminal {
  const peer = new TestTerminal(new SeededRandom(seed));
  connect(hub, peer);
  return peer;
}

/** A day of an honest terminal: what it said on its link, word for word. */
async function recordedDay(): Promise<{ readonly terminal: TestTerminal; readonly said: readonly string[] }> {
  const terminal = new TestTerminal(new SeededRandom(100));
  const { token } = await createClaimToken(hub.context, kiosk);
  connect(hub, terminal);
  terminal.claim(token);
  await pass();
  await greet(hub, terminal);
  for (let count = 0; count < 3; count += 1) {
    const seq = terminal.record(punchIn());
    terminal.send(terminal.batch(seq));
    await pass();
  }
  return { terminal, said: [...terminal.said] };
}

describe("a recorded session that is played again", () => {
  it("as it was: the token is used, the proof is of another challenge, and nothing changes", async () => {
    const { terminal, said } = await recordedDay();
    const before = await textsHere();
    for (const from of [0, 1]) {
      const replay = stranger(7);
      for (const text of said.slice(from)) {
        replay.sendText(text);
        await pass();
      }
      expect(refusalOf(replay)).toBe(from === 0 ? "claim.refused" : "terminal.proof");
      expect(replay.last("welcome")).toBeUndefined();
    }
    expect(terminal.closedWith).toBeNull();
    expect(await textsHere()).toEqual(before);
  });

  it("in any order, with anything left out or said twice, on any number of links: the hub has what it had", async () => {
    const { terminal, said } = await recordedDay();
    const before = { texts: await textsHere(), punches: await punchesHere() };
    const frames = fc.array(fc.nat(said.length - 1), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 3 }), async (links) => {
        for (const indexes of links) {
          const replay = stranger(7);
          for (const index of indexes) {
            replay.sendText(said[index] ?? "");
            await pass();
          }
          expect(replay.all("welcome")).toEqual([]);
          expect(replay.all("claimed")).toEqual([]);
        }
        expect({ texts: await textsHere(), punches: await punchesHere() }).toEqual(before);
        expect(terminal.closedWith).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it("within the terminal's own link: batches again change nothing, a proof or a greeting again ends the link", async () => {
    const { terminal, said } = await recordedDay();
    for (const text of said.filter((each) => each.includes('"events"'))) terminal.sendText(text);
    await pass();
    expect(refusalOf(terminal)).toBeUndefined();
    expect(await punchesHere()).toHaveLength(3);
    terminal.sendText(said.find((each) => each.includes('"proof"')) ?? "");
    await pass();
    expect(refusalOf(terminal)).toBe("protocol.unexpected");
  });
});

describe("frames out of order", () => {
  it("a batch before the one that it follows is refused whole; in order it is taken", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn());
    const first = terminal.batch(1);
    terminal.record(punchIn());
    const second = terminal.batch(2);
    terminal.send(second);
    terminal.send(first);
    await pass();
    expect(refusalOf(terminal)).toBe("events.chain");
    expect(await textsHere()).toEqual([]);
    connect(hub, terminal);
    await greet(hub, terminal);
    terminal.send(first);
    terminal.send(second);
    await pass();
    expect(terminal.last("ack")?.seq).toBe(2);
  });

  it("events swapped within a batch are refused, also under a signature of the terminal", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn());
    terminal.record(punchIn());
    terminal.send(terminal.sign([...terminal.events].reverse(), 2));
    await pass();
    expect(refusalOf(terminal)).toBe("events.chain");
    expect(await textsHere()).toEqual([]);
  });
});

describe("a terminal that claims to be another", () => {
  it("by its id alone gets no word of the roster, and the other keeps its link", async () => {
    const honest = await openTestTerminal(hub, kiosk);
    const other = await openTestTerminal(hub, await createTestKiosk(hub, "Eastside"));
    connect(hub, other);
    Object.assign(other, { id: honest.id, store: honest.store });
    await greet(hub, other);
    expect(refusalOf(other)).toBe("terminal.proof");
    expect(other.all("rosterBegin")).toEqual([]);
    expect(honest.closedWith).toBeNull();
    expect(hub.core.sessions.isConnected(honest.id)).toBe(true);
  });

  it("cannot be let in by what the other answers to its challenge: the proof names who it is for", async () => {
    const honest = await openTestTerminal(hub, kiosk);
    const thief = await openTestTerminal(hub, kiosk);
    connect(hub, thief);
    thief.hello();
    await pass();
    const challenge = thief.last("challenge");
    // It shows the honest one the nonce of its own handshake, as if it were the hub.
    honest.received = challenge === undefined ? [] : [challenge];
    const answered = stranger(3);
    const { id } = honest;
    Object.assign(answered, { id, keys: honest.keys, received: honest.received });
    answered.prove();
    thief.sendText(answered.said.at(-1) ?? "");
    await pass();
    expect(refusalOf(thief)).toBe("terminal.proof");
  });

  it("gets no batch in that is in another's name, signed by itself or recorded from the other", async () => {
    const honest = await openTestTerminal(hub, kiosk);
    honest.record(punchIn());
    const recorded = honest.batch();
    for (const [given, isRecorded] of [
      [{ terminal: honest.id }, false],
      [{ terminal: honest.id, store: honest.store }, false],
      [{}, true],
    ] as const) {
      const thief = await openTestTerminal(hub, kiosk);
      thief.record(punchIn(), given);
      thief.send(isRecorded ? recorded : thief.batch());
      await pass();
      expect(refusalOf(thief)).toBe("events.chain");
    }
    expect(await textsHere()).toEqual([]);
    honest.send(recorded);
    await pass();
    expect(await textsHere()).toEqual(honest.events);
  });

  it("cannot hide what it recorded behind a store of another name in one link", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn(), { store: makeId(storeId, new SeededRandom(5)) });
    terminal.send(terminal.batch());
    await pass();
    expect(refusalOf(terminal)).toBe("events.chain");
  });
});

describe("a claim token", () => {
  it("pairs one of many that come at the same moment", async () => {
    const { token } = await createClaimToken(hub.context, kiosk);
    const peers = Array.from({ length: 5 }, (_, index) => stranger(200 + index));
    for (const peer of peers) peer.claim(token);
    await pass();
    expect(peers.filter((peer) => peer.last("claimed") !== undefined)).toHaveLength(1);
    expect(peers.filter((peer) => refusalOf(peer) === "claim.refused")).toHaveLength(4);
  });

  it("does not give who knows a paired terminal's public key its place, nor its key", async () => {
    const honest = await openTestTerminal(hub, kiosk);
    const elsewhere = await createTestKiosk(hub, "Eastside");
    const { token } = await createClaimToken(hub.context, elsewhere);
    const thief = stranger(9);
    Object.assign(thief, { keys: { ...thief.keys, publicKey: honest.keys.publicKey } });
    thief.claim(token);
    await pass();
    expect(refusalOf(thief)).toBe("claim.refused");
    const rows = await hub.context.store.queries.selectFrom("terminals").select(["id", "kiosk"]).execute();
    expect(rows).toEqual([{ id: honest.id, kiosk }]);
    const other = new TestTerminal(new SeededRandom(10));
    connect(hub, other);
    other.claim(token);
    await pass();
    expect(other.last("claimed")).toBeDefined();
  });

  it("gives another key to who claims again with another token: the first answer may have been heard", async () => {
    const terminal = new TestTerminal(new SeededRandom(11));
    const keys: string[] = [];
    const { publicKey } = terminal.keys;
    for (let round = 0; round < 2; round += 1) {
      const { token } = await createClaimToken(hub.context, kiosk);
      for (let repeat = 0; repeat < 2; repeat += 1) {
        const claimed = await redeemClaim(hub.context, { token, publicKey, software: "test" });
        keys.push(Buffer.from(claimed?.terminalKey ?? []).toString("hex"));
      }
    }
    const [first, again, second, secondAgain] = keys;
    expect([again, secondAgain]).toEqual([first, second]);
    expect(second).not.toBe(first);
    expect(await hub.context.store.queries.selectFrom("terminals").select("key_epoch").execute()).toEqual([
      { key_epoch: 2 },
    ]);
  });
});
