import { afterEach, beforeEach, expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { deactivatePerson } from "../people/activity.ts";
import type { TestHub } from "../testing/hub.ts";
import { closeRequest, forgetPin, readersAt } from "../testing/mail/notices.ts";
import { ScriptedTransport } from "../testing/mail/scripted-transport.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import {
  ENVELOPE_CLAIM_MS,
  LONGEST_RETRY_MS,
  MAIL_KEPT_MS,
  MAIL_LIFE_MS,
  MESSAGE_CLAIM_MS,
  POLL_MS,
  WAKE_DELAY_MS,
} from "./limits.ts";
import { listMails, type MailListing } from "./list.ts";
import { retryMail } from "./retry.ts";
import { MailSender } from "./sender.ts";

const OUTLET = { hasServer: true, hubUrl: () => "https://hub.example.com/" };
const DEFERRED = { result: "deferred", code: "mail.deferred", isServer: false } as const;
const NO_SERVER = { result: "deferred", code: "mail.connection", isServer: true } as const;
const MAX_TURNS = 20_000;

describeOnDatabases("the sender of mails", (given) => {
  let transport: ScriptedTransport;
  let senders: { readonly sender: MailSender; readonly hub: TestHub }[];
  beforeEach(() => {
    transport = new ScriptedTransport();
    senders = [];
  });
  afterEach(async () => {
    for (const { sender } of senders) await sender.close();
  });

  const open = (by: ScriptedTransport | null = transport, hub = given.hub): MailSender => {
    const { context, scheduler } = hub;
    const { log } = hub.core.host;
    const mail = by === null ? null : { transport: by, from: "hub@example.com" };
    const sender = new MailSender({ context, scheduler, log, mail, hubUrl: OUTLET.hubUrl });
    senders.push({ sender, hub });
    return sender;
  };
  const mails = (outlet = OUTLET): Promise<MailListing[]> =>
    listMails(given.hub.context.store.queries, outlet, null, 100);
  const states = async () => (await mails()).map(({ state, lastError }) => [state, lastError]);
  /** Databases answer in their own time. */
  const until = async (what: string, check: () => boolean | Promise<boolean>): Promise<void> => {
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      if (await check()) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect.fail(`${what} never came`);
  };
  /** Lets time go by on both clocks, and the senders do what is due. */
  const pass = async (ms: number): Promise<void> => {
    for (const hub of new Set([given.hub, ...senders.map((each) => each.hub)])) {
      hub.wallClock.set(hub.wallClock.wallMs() + ms);
      hub.scheduler.runUntil(hub.scheduler.nowMs() + ms);
    }
    await until("the end of a look", () => senders.every(({ sender }) => !sender.isLooking));
  };

  it("sends each reader theirs, once, with both texts and a name that stays the same", async () => {
    await readersAt(given.hub, "olga@example.com", "oto@example.com");
    await forgetPin(given.hub);
    open();
    await pass(0);
    expect(transport.sent).toHaveLength(2);
    const [first] = transport.sent;
    const [mail] = (await mails()).filter((each) => each.to === first?.to);
    expect(first).toEqual({
      from: "hub@example.com",
      to: first?.to,
      messageId: `<${mail?.mail}@example.com>`,
      atMs: TEST_WALL_MS,
      subject: mail?.subject,
      text: mail?.text,
      html: expect.stringContaining('<a href="https://hub.example.com/#requests">') as string,
    });
    expect(transport.sent.map((each) => each.to).toSorted()).toEqual(["olga@example.com", "oto@example.com"]);
    for (let look = 0; look < 5; look += 1) await pass(POLL_MS);
    expect(transport.sent).toHaveLength(2);
    expect(await states()).toEqual([
      ["sent", null],
      ["sent", null],
    ]);
  });

  it("looks again soon after a change was committed, and now and then by itself", async () => {
    await readersAt(given.hub, "olga@example.com");
    open();
    await pass(0);
    const { kiosk } = await forgetPin(given.hub);
    given.hub.context.changes.tell({ topics: ["requests"], rosters: [] });
    await pass(WAKE_DELAY_MS);
    expect(transport.sent).toHaveLength(1);
    await forgetPin(given.hub, "Eva", kiosk);
    await pass(POLL_MS);
    expect(transport.sent).toHaveLength(2);
  });

  it("tries again later what a server could not take, ever later, with the same name, until it is too old", async () => {
    await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    open();
    for (let tries = 0; tries < 200; tries += 1) transport.script.push({ delivery: DEFERRED, before: false });
    await pass(0);
    const waits: number[] = [];
    for (let elapsed = 0; elapsed < MAIL_LIFE_MS; elapsed += POLL_MS * 20) {
      const [mail] = await mails();
      if (mail?.state !== "waiting") break;
      waits.push((mail.nextTryMs ?? 0) - given.hub.wallClock.wallMs());
      await pass(POLL_MS * 20);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(LONGEST_RETRY_MS);
    expect(await states()).toEqual([["failed", "mail.deferred"]]);
    const { length } = transport.sent;
    expect(length).toBeGreaterThan(40);
    expect(length).toBeLessThan(110);
    expect(new Set(transport.sent.map((mail) => mail.messageId)).size).toBe(1);
    await pass(LONGEST_RETRY_MS);
    expect(transport.sent).toHaveLength(length);
  });

  it("sends after a failure, and says no more of it", async () => {
    await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    transport.script.push({ delivery: DEFERRED, before: true });
    open();
    await pass(0);
    expect(await mails()).toMatchObject([{ state: "waiting", tries: 1, lastError: "mail.deferred" }]);
    await pass(LONGEST_RETRY_MS);
    expect(await mails()).toMatchObject([{ state: "sent", tries: 2, lastError: null, nextTryMs: null }]);
  });

  it("asks a server in trouble for one mail a look, and does not let changes hurry it", async () => {
    await readersAt(given.hub, ...Array.from({ length: 5 }, (_each, count) => `r${count}@example.com`));
    await forgetPin(given.hub);
    for (let tries = 0; tries < 2; tries += 1) transport.script.push({ delivery: NO_SERVER, before: true });
    open();
    await pass(0);
    expect(transport.script).toHaveLength(1);
    given.hub.context.changes.tell({ topics: ["requests"], rosters: [] });
    await pass(WAKE_DELAY_MS);
    expect(transport.script).toHaveLength(1);
    await pass(POLL_MS);
    expect(transport.script).toHaveLength(0);
    await pass(LONGEST_RETRY_MS);
    await pass(LONGEST_RETRY_MS);
    expect(transport.sent).toHaveLength(5);
  });

  it("lets others go on when one is refused, which is not tried again", async () => {
    await readersAt(given.hub, "a@example.com", "b@example.com");
    await forgetPin(given.hub);
    transport.script.push({ delivery: { result: "refused", code: "mail.refused" }, before: true });
    open();
    await pass(0);
    await pass(LONGEST_RETRY_MS);
    expect(transport.sent).toHaveLength(1);
    expect((await states()).toSorted()).toEqual([
      ["failed", "mail.refused"],
      ["sent", null],
    ]);
  });

  it("does not send again what may have been sent, until an admin says so; its name is the same then", async () => {
    const [admin] = await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    transport.script.push({ delivery: { result: "unsure", code: "mail.connection" }, before: false });
    open();
    await pass(0);
    await pass(LONGEST_RETRY_MS);
    expect(transport.sent).toHaveLength(1);
    expect(await states()).toEqual([["unsure", "mail.connection"]]);
    const [mail] = await mails();
    if (mail === undefined || admin === undefined) throw new RangeError("no mail");
    await retryMail(given.hub.context, { person: admin, role: "admin" }, OUTLET, mail.mail);
    await pass(POLL_MS);
    expect(transport.sent.map((each) => each.messageId)).toEqual([
      transport.sent[0]?.messageId,
      transport.sent[0]?.messageId,
    ]);
    expect(await states()).toEqual([["sent", null]]);
  });

  it("that stopped between the message and what became of it leaves a mail that nobody sends again", async () => {
    await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    const never = Promise.withResolvers<null>();
    transport.onLeft = async () => {
      await never.promise;
    };
    open();
    given.hub.scheduler.runUntil(given.hub.scheduler.nowMs());
    await until("the message", () => transport.sent.length === 1);
    // The same database after a crash: nothing of the first sender goes on.
    const stuck = senders.splice(0);
    const next = new ScriptedTransport();
    open(next);
    await pass(ENVELOPE_CLAIM_MS + POLL_MS);
    expect(await states()).toEqual([["sending", null]]);
    await pass(MESSAGE_CLAIM_MS);
    await pass(MAIL_LIFE_MS / 2);
    expect(next.sent).toEqual([]);
    expect(await states()).toEqual([["unsure", "mail.stopped"]]);
    // If it was not a crash after all, its word counts.
    never.resolve(null);
    await until("the end", () => stuck.every(({ sender }) => !sender.isLooking));
    expect(await states()).toEqual([["sent", null]]);
    senders.push(...stuck);
  });

  it("that stopped before the message leaves a mail that the next one sends; the first cannot any more", async () => {
    await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    const late = Promise.withResolvers<null>();
    transport.onBefore = async () => {
      await late.promise;
    };
    open();
    given.hub.scheduler.runUntil(given.hub.scheduler.nowMs());
    await until("the claim", async () => (await mails())[0]?.tries === 1);
    const stuck = senders.splice(0);
    const next = new ScriptedTransport();
    open(next);
    await pass(ENVELOPE_CLAIM_MS / 2);
    expect(next.sent).toEqual([]);
    await pass(ENVELOPE_CLAIM_MS);
    expect(next.sent).toHaveLength(1);
    late.resolve(null);
    await until("the end", () => stuck.every(({ sender }) => !sender.isLooking));
    expect(transport.sent).toEqual([]);
    expect(await mails()).toMatchObject([{ state: "sent", tries: 2 }]);
    senders.push(...stuck);
  });

  it("and others at the same mails send each once", async () => {
    await readersAt(given.hub, ...Array.from({ length: 10 }, (_each, count) => `r${count}@example.com`));
    await forgetPin(given.hub);
    const hubs = given.isShared
      ? [await given.openAnother(), await given.openAnother()]
      : [given.hub, given.hub];
    open();
    for (const hub of hubs) open(transport, hub);
    await pass(0);
    await pass(POLL_MS);
    expect(transport.sent.map((mail) => mail.to).toSorted()).toEqual(
      Array.from({ length: 10 }, (_each, count) => `r${count}@example.com`),
    );
    expect(new Set((await mails()).map((mail) => mail.state))).toEqual(new Set(["sent"]));
  });

  it("does not send what a new PIN has made needless, nor to whom is no admin any more (PIN rule 7)", async () => {
    const [, leaver] = await readersAt(given.hub, "olga@example.com", "leaver@example.com");
    const first = await forgetPin(given.hub);
    await closeRequest(given.hub, first);
    await forgetPin(given.hub, "Eva", first.kiosk);
    if (leaver !== undefined) await deactivatePerson(given.hub.context, HUB_ACTOR, leaver);
    open();
    await pass(0);
    expect(transport.sent.map(({ to, subject }) => [to, subject.split(" ")[0]])).toEqual([
      ["olga@example.com", "Eva"],
    ]);
    expect((await states()).flat().filter((each) => each === "withdrawn")).toHaveLength(3);
  });

  it("does not send what became needless while the server was asked (PIN rule 7)", async () => {
    await readersAt(given.hub, "olga@example.com");
    const forgotten = await forgetPin(given.hub);
    transport.onBefore = () => closeRequest(given.hub, forgotten);
    open();
    await pass(0);
    await pass(LONGEST_RETRY_MS);
    expect(transport.sent).toEqual([]);
    expect(await states()).toEqual([["withdrawn", null]]);
  });

  it("without a server leaves all in the outbox, and drops what is old; with one, what is too old fails", async () => {
    await readersAt(given.hub, "olga@example.com");
    const { kiosk } = await forgetPin(given.hub);
    const keeper = open(null);
    await pass(0);
    const outbox = () => mails({ ...OUTLET, hasServer: false });
    expect(await outbox()).toMatchObject([{ state: "outbox", tries: 0, nextTryMs: null }]);
    await pass(MAIL_KEPT_MS - 1);
    expect(await outbox()).toHaveLength(1);
    await keeper.close();
    await forgetPin(given.hub, "Eva", kiosk);
    open();
    await pass(0);
    expect(transport.sent).toHaveLength(1);
    expect((await states()).toSorted()).toEqual([
      ["failed", "mail.too-old"],
      ["sent", null],
    ]);
    await pass(MAIL_LIFE_MS);
    await pass(POLL_MS);
    expect((await mails()).map((mail) => mail.subject)).toEqual(["Eva forgot their PIN at Westside Bar"]);
  });

  it("sends also when the clock was a year ahead before", async () => {
    const { wallClock } = given.hub;
    await readersAt(given.hub, "olga@example.com");
    wallClock.set(TEST_WALL_MS + 365 * 24 * 60 * 60 * 1000);
    await forgetPin(given.hub);
    wallClock.set(TEST_WALL_MS);
    open();
    await pass(0);
    expect(transport.sent).toHaveLength(1);
  });

  it("logs which mail and why, and neither who nor what", async () => {
    await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    transport.script.push({ delivery: DEFERRED, before: true });
    open();
    await pass(0);
    await pass(LONGEST_RETRY_MS);
    const lines = JSON.stringify(given.hub.log);
    expect(lines).toContain("mail.deferred");
    expect(lines).not.toMatch(/olga|Ana|Westside/);
  });
});
