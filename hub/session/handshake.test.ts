import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HANDSHAKE_TIMEOUT_MS } from "../../protocol/limits.ts";
import type { EventDraft } from "../../protocol/events.ts";
import { terminalId, makeId, type KioskId, type PersonId } from "../../protocol/ids.ts";
import { CLOSE_REFUSED } from "../../protocol/messages.ts";
import { saltOf, deriveVerifier, verifierMatches } from "../../protocol/verifier.ts";
import { CLAIM_TOKEN_LIFE_MS, createClaimToken } from "../terminals/claims.ts";
import { connect, greet, openTestScene, openTestTerminal, type TestHub } from "../testing/hub.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { linkPair } from "./link-pair.ts";
import { TerminalSession } from "./session.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { TestTerminal } from "../testing/terminal.ts";

let hub: TestHub;
let kiosk: KioskId;
let ana: { person: PersonId; pin: string };

beforeEach(async () => {
  ({ hub, kiosk, ana } = await openTestScene());
});
afterEach(() => hub.core.close());

const punchIn = (person: PersonId): EventDraft => ({
  kind: "punch",
  person,
  payload: { action: "in", auth: "personal", was: "out", again: false },
});

const refusalOf = (terminal: TestTerminal) => terminal.last("refused")?.code;

describe("claiming", () => {
  it("gives the terminal an id and the key that its verifiers are made under", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    const claimed = terminal.last("claimed");
    const page = terminal.last("rosterPage");
    const pin = page?.people[0]?.pin;
    if (claimed === undefined || pin === undefined || pin === null) throw new Error("no roster came");
    const slowHash = await hmacKdf.derive(ana.pin, saltOf(pin));
    const terminalKey = new Uint8Array(Buffer.from(claimed.terminalKey, "base64"));
    expect(verifierMatches(pin, deriveVerifier(terminalKey, slowHash, ana.person, kiosk))).toBe(true);
  });

  it("takes a token once", async () => {
    const { token } = await createClaimToken(hub.context, kiosk);
    const first = new TestTerminal(new SeededRandom(1));
    const second = new TestTerminal(new SeededRandom(2));
    for (const terminal of [first, second]) {
      connect(hub, terminal);
      terminal.claim(token);
      await hub.scheduler.pass(1);
    }
    expect(first.last("claimed")).toBeDefined();
    expect(refusalOf(second)).toBe("claim.refused");
    expect(second.closedWith).toBe(CLOSE_REFUSED);
  });

  it("answers the same again when the answer was lost, until the terminal has proved itself", async () => {
    const { token } = await createClaimToken(hub.context, kiosk);
    const terminal = new TestTerminal(new SeededRandom(1));
    const claimAgain = async () => {
      connect(hub, terminal);
      terminal.claim(token);
      await hub.scheduler.pass(1);
      return terminal.last("claimed");
    };
    const first = await claimAgain();
    expect(await claimAgain()).toEqual(first);
    await greet(hub, terminal);
    expect(await claimAgain()).toBeUndefined();
    expect(refusalOf(terminal)).toBe("claim.refused");
  });

  it("refuses a token that is too old", async () => {
    const { token } = await createClaimToken(hub.context, kiosk);
    hub.wallClock.set(hub.wallClock.wallMs() + CLAIM_TOKEN_LIFE_MS + 1);
    const terminal = new TestTerminal(new SeededRandom(1));
    connect(hub, terminal);
    terminal.claim(token);
    await hub.scheduler.pass(1);
    expect(refusalOf(terminal)).toBe("claim.refused");
  });

  it("refuses a public key of another length than Ed25519's", async () => {
    const { token } = await createClaimToken(hub.context, kiosk);
    const terminal = new TestTerminal(new SeededRandom(1));
    connect(hub, terminal);
    terminal.send({ type: "claim", versions: [1], token, publicKey: "A".repeat(44), software: "test" });
    await hub.scheduler.pass(1);
    expect(refusalOf(terminal)).toBe("claim.refused");
  });
});

describe("versions", () => {
  /** Says hello to a hub that speaks versions 2 and 1, offering these. */
  async function offer(versions: number[]): Promise<TestTerminal> {
    const terminal = await openTestTerminal(hub, kiosk);
    const [near, far] = linkPair(hub.scheduler);
    terminal.plugIn(far);
    expect(new TerminalSession({ ...hub.core.host, versions: [2, 1] }, near, "192.0.2.7").isOpen).toBe(false);
    terminal.versions = versions;
    terminal.hello();
    await hub.scheduler.pass(1);
    return terminal;
  }

  it.each([
    [[1], 1],
    [[2, 1], 2],
    [[1, 3, 2], 2],
  ])("of those offered (%j) the newest that both speak is agreed upon", async (versions, agreed) => {
    const terminal = await offer(versions);
    terminal.prove();
    await hub.scheduler.pass(1);
    expect(terminal.last("welcome")?.version).toBe(agreed);
  });

  it("a terminal that speaks none of them hears which ones the hub does", async () => {
    const terminal = await offer([3]);
    expect(terminal.last("refused")).toMatchObject({
      code: "protocol.version",
      message: "this hub speaks versions 2, 1 of the protocol: update the terminal, or the hub",
    });
  });
});

describe("the handshake", () => {
  it("refuses a terminal that nobody paired", async () => {
    const terminal = new TestTerminal(new SeededRandom(1));
    terminal.id = makeId(terminalId, new SeededRandom(2));
    connect(hub, terminal);
    terminal.hello();
    await hub.scheduler.pass(1);
    expect(refusalOf(terminal)).toBe("terminal.unknown");
  });

  it("refuses a proof by another key", async () => {
    const paired = await openTestTerminal(hub, kiosk);
    const thief = new TestTerminal(new SeededRandom(9));
    thief.id = paired.id;
    connect(hub, thief);
    await greet(hub, thief);
    expect(refusalOf(thief)).toBe("terminal.proof");
    expect(paired.closedWith).toBeNull();
  });

  it("refuses the proof of an earlier challenge", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    connect(hub, terminal);
    terminal.hello();
    await hub.scheduler.pass(1);
    const old = terminal.last("challenge");
    connect(hub, terminal);
    terminal.hello();
    await hub.scheduler.pass(1);
    terminal.received = old === undefined ? [] : [old];
    terminal.prove();
    await hub.scheduler.pass(1);
    expect(refusalOf(terminal)).toBe("terminal.proof");
  });

  it.each([
    ["an older version", { versions: [99] }],
    ["a message whose shape this hub does not know", { versions: [99], futureField: true }],
  ])("tells %s that the version is wrong", async (_name, fields) => {
    const terminal = new TestTerminal(new SeededRandom(1));
    connect(hub, terminal);
    terminal.sendText(JSON.stringify({ type: "hello", ...fields }));
    await hub.scheduler.pass(1);
    expect(refusalOf(terminal)).toBe("protocol.version");
  });

  it("ends a session that does not prove itself in time", async () => {
    const terminal = new TestTerminal(new SeededRandom(1));
    connect(hub, terminal);
    await hub.scheduler.pass(HANDSHAKE_TIMEOUT_MS - 1);
    expect(terminal.closedWith).toBeNull();
    await hub.scheduler.pass(2);
    expect(refusalOf(terminal)).toBe("protocol.timeout");
    expect(terminal.closedWith).toBe(CLOSE_REFUSED);
  });

  it("takes no events before the proof", async () => {
    const terminal = await openTestTerminal(hub, kiosk);
    terminal.record(punchIn(ana.person));
    connect(hub, terminal);
    terminal.hello();
    terminal.send(terminal.batch());
    await hub.scheduler.pass(1);
    expect(refusalOf(terminal)).toBe("protocol.unexpected");
    expect(await hub.context.store.queries.selectFrom("events").selectAll().execute()).toEqual([]);
  });
});
