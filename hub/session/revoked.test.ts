import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventDraft } from "../../protocol/events.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { CLOSE_REFUSED } from "../../protocol/messages.ts";
import { isRevocation } from "../../protocol/revocation.ts";
import { HUB_ACTOR } from "../access.ts";
import { savePersonPin } from "../pins/person-pin.ts";
import { reportStolen } from "../terminals/stolen.ts";
import { listTerminals } from "../terminals/list.ts";
import { unpairTerminal } from "../terminals/unpair.ts";
import { connect, greet, openTestScene, openTestTerminal, type TestHub } from "../testing/hub.ts";
import type { TestTerminal } from "../testing/terminal.ts";

/** What a terminal hears when its place is taken away. */

let hub: TestHub;
let kiosk: KioskId;
let ana: { person: PersonId; pin: string };
let terminal: TestTerminal;
let terminalKey: Uint8Array;

beforeEach(async () => {
  ({ hub, kiosk, ana } = await openTestScene());
  terminal = await openTestTerminal(hub, kiosk);
  terminalKey = Buffer.from(terminal.last("claimed")?.terminalKey ?? "", "base64");
});
afterEach(() => hub.core.close());

const punchIn = (): EventDraft => ({
  kind: "punch",
  person: ana.person,
  payload: { action: "in", auth: "personal", was: "out", again: false },
});
const pass = (): Promise<void> => hub.scheduler.pass(1);
const unpair = async (): Promise<void> => {
  await unpairTerminal(hub.context, HUB_ACTOR, terminal.id);
  await pass();
};
const steal = async (): Promise<void> => {
  await reportStolen(hub.context, HUB_ACTOR, terminal.id);
  await pass();
};
const isTold = (): boolean =>
  terminal.all("revoked").some(({ proof }) => isRevocation(terminalKey, terminal.id, proof));
const standing = async (): Promise<string | undefined> =>
  (await listTerminals(hub.context.store.queries)).find((each) => each.terminal === terminal.id)?.standing;
const eventsHere = () => hub.context.store.queries.selectFrom("events").select("seq").execute();
const sendNewest = (): void => terminal.send(terminal.batch(terminal.record(punchIn())));
async function comeAgain(): Promise<void> {
  connect(hub, terminal);
  await greet(hub, terminal);
}

describe("an unpaired terminal", () => {
  it("is told at once, with a proof, when it has handed everything in; it hears so once", async () => {
    sendNewest();
    await pass();
    await unpair();
    expect(isTold()).toBe(true);
    expect(await standing()).toBe("unpaired");
    await unpair();
    expect(terminal.all("revoked")).toHaveLength(1);
  });

  it("hands in what it recorded while it was away before it is told", async () => {
    terminal.unplug();
    await pass();
    await unpair();
    expect(await standing()).toBe("unpairing");
    terminal.record(punchIn());
    terminal.record(punchIn());
    await comeAgain();
    expect(terminal.received.map(({ type }) => type)).toEqual(["challenge", "welcome"]);
    terminal.send(terminal.sign(terminal.events.slice(0, 1), 1));
    await pass();
    expect({ told: isTold(), acked: terminal.last("ack")?.seq }).toEqual({ told: false, acked: 1 });
    terminal.send(terminal.batch(2));
    await pass();
    expect({ told: isTold(), acked: terminal.last("ack")?.seq }).toEqual({ told: true, acked: 2 });
    expect(await standing()).toBe("unpaired");
    expect(await eventsHere()).toHaveLength(2);
  });

  it("is told when what it said to have unsent is in", async () => {
    terminal.status(1);
    await pass();
    await unpair();
    expect(isTold()).toBe(false);
    sendNewest();
    await pass();
    expect(isTold()).toBe(true);
  });

  it("hears nothing more of the roster, neither at once nor when it comes again", async () => {
    await unpair();
    terminal.received = [];
    await savePersonPin(hub.context, HUB_ACTOR, ana.person, "7306");
    await pass();
    terminal.rosterRevision = 0;
    await comeAgain();
    expect(terminal.received.map(({ type }) => type)).toEqual(["challenge", "welcome", "revoked"]);
  });

  it("that stays all the same is shown the door at its next status", async () => {
    await unpair();
    expect(terminal.closedWith).toBeNull();
    terminal.status(0);
    await pass();
    expect(terminal.last("refused")?.code).toBe("terminal.revoked");
    expect(terminal.closedWith).toBe(CLOSE_REFUSED);
  });

  it("whose ledger has two histories hands in the other one before it is told", async () => {
    sendNewest();
    await pass();
    terminal.events = [];
    terminal.record(punchIn(), { wallMs: 5 });
    const other = { ...terminal.batch(), store: terminal.store };
    await unpair();
    await comeAgain();
    expect(terminal.received.map(({ type }) => type)).toEqual(["challenge", "renew"]);
    terminal.beginStore("store.forked");
    terminal.received = [];
    await comeAgain();
    terminal.status(1, 0, { pendingEvents: 1 });
    await pass();
    terminal.send(other);
    terminal.send(terminal.batch());
    await pass();
    expect(terminal.all("ack").map(({ seq }) => seq)).toEqual([1, 1]);
    expect(isTold()).toBe(false);
    terminal.status(0);
    await pass();
    expect(isTold()).toBe(true);
    expect(await eventsHere()).toHaveLength(3);
  });

  it("is told nothing before it has proved who it is", async () => {
    terminal.unplug();
    await pass();
    await unpair();
    connect(hub, terminal);
    terminal.hello();
    await pass();
    terminal.send({ type: "proof", signature: Buffer.alloc(64).toString("base64") });
    await pass();
    expect({ told: isTold(), refused: terminal.last("refused")?.code }).toEqual({
      told: false,
      refused: "terminal.proof",
    });
  });
});

describe("a stolen terminal", () => {
  it("is told and shut out at once", async () => {
    await steal();
    expect({ told: isTold(), closed: terminal.closedWith }).toEqual({ told: true, closed: CLOSE_REFUSED });
    expect(terminal.last("refused")?.code).toBe("terminal.revoked");
    expect(terminal.all("rosterDelta")).toEqual([]);
    expect(await standing()).toBe("stolen");
  });

  it("is told at its next link, and what it recorded since is kept out", async () => {
    terminal.unplug();
    await pass();
    await steal();
    terminal.record(punchIn());
    await comeAgain();
    expect(terminal.received.map(({ type }) => type)).toEqual(["challenge", "revoked", "refused"]);
    expect(isTold()).toBe(true);
    terminal.send(terminal.batch());
    await pass();
    expect(await eventsHere()).toEqual([]);
  });

  it("gets none of its batches in that are under way when it is reported", async () => {
    terminal.record(punchIn());
    const reported = reportStolen(hub.context, HUB_ACTOR, terminal.id);
    await reported;
    terminal.send(terminal.batch());
    await pass();
    expect(await eventsHere()).toEqual([]);
    expect(terminal.all("ack")).toEqual([]);
  });

  it("leaves its neighbours in peace: they have the new PINs within the second", async () => {
    const neighbour = await openTestTerminal(hub, kiosk);
    await steal();
    expect(neighbour.closedWith).toBeNull();
    expect(neighbour.last("rosterDelta")).toMatchObject({ upserts: [{ person: ana.person }] });
    expect(neighbour.last("rosterDelta")?.kiosk?.universalPin).not.toBeNull();
  });
});
