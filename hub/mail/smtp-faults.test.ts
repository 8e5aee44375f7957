import { afterEach, describe, expect, test } from "vitest";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { CUT, DRIBBLE, HANG, ScriptedSmtp, type Phase } from "../testing/mail/scripted-smtp.ts";
import { ANSWER_LIMIT_MS, ENVELOPE_LIMIT_MS, openSmtp } from "./smtp.ts";
import type { Delivery, MailTransport } from "./transport.ts";

const MAIL = {
  from: "hub@example.com",
  to: "olga@example.com",
  messageId: "<0123456789abcdef@example.com>",
  atMs: 0,
  subject: "Hello",
  text: "Hello\n",
  html: "<p>Hello</p>\n",
};

/** What comes before the message; up to there nothing has left. */
const ENVELOPE: readonly Phase[] = ["greeting", "EHLO", "MAIL", "RCPT", "DATA"];
/** Each is about the mail; the others are about the server. */
const OF_THE_MAIL: readonly Phase[] = ["MAIL", "RCPT", "DATA", "message"];

const scheduler = new VirtualScheduler();
let server: ScriptedSmtp;
let transport: MailTransport;
let marks: number;

async function open(script: ScriptedSmtp["script"]): Promise<void> {
  server = await ScriptedSmtp.open(script);
  transport = openSmtp({ host: "127.0.0.1", port: server.port, tls: "none", signIn: null }, scheduler);
  marks = 0;
}

function send(): Promise<Delivery> {
  return transport.send(MAIL, () => {
    marks += 1;
    return Promise.resolve();
  });
}

afterEach(async () => {
  transport.close();
  await server.close();
  // Nobody waits for anything any more, but for the end of a goodbye.
  scheduler.runUntil(scheduler.nowMs() + ENVELOPE_LIMIT_MS);
  expect(scheduler.pending).toBe(0);
});

describe("a mail server that cannot take a mail now", () => {
  test.each(OF_THE_MAIL)(
    "says 4yz at %s: another try later, and this one left nothing behind",
    async (phase) => {
      await open({ [phase]: "451 4.7.1 greylisted, come back" });
      expect(await send()).toEqual({ result: "deferred", code: "mail.deferred", isServer: false });
      server.script = {};
      expect(await send()).toEqual({ result: "sent" });
      expect(server.messages).toHaveLength(phase === "message" ? 2 : 1);
    },
  );

  test.each(["greeting", "EHLO"] as const)(
    "says 4yz or 5yz at %s: no mail would fare better",
    async (phase) => {
      for (const answer of ["421 busy", "554 go away"]) {
        await open({ [phase]: answer });
        expect(await send()).toMatchObject({ result: "deferred", isServer: true });
        await server.close();
      }
      await open({});
    },
  );

  test("closes the service half way (421): no mail would fare better", async () => {
    await open({ RCPT: "421 shutting down" });
    expect(await send()).toEqual({ result: "deferred", code: "mail.deferred", isServer: true });
  });

  test("does not listen", async () => {
    await open({});
    const { port } = server;
    const nobody = openSmtp({ host: "127.0.0.1", port, tls: "none", signIn: null }, scheduler);
    await server.close();
    expect(await nobody.send(MAIL, () => Promise.resolve())).toEqual({
      result: "deferred",
      code: "mail.connection",
      isServer: true,
    });
    await open({});
  });
});

describe("a mail server that does not take a mail", () => {
  test.each(OF_THE_MAIL)("says 5yz at %s: no other try", async (phase) => {
    await open({ [phase]: "550 5.1.1 no such reader" });
    expect(await send()).toEqual({ result: "refused", code: "mail.refused" });
    expect(marks).toBe(phase === "message" ? 1 : 0);
  });

  test("says 503, which is about the conversation: another try", async () => {
    await open({ RCPT: "503 bad sequence" });
    expect(await send()).toMatchObject({ result: "deferred" });
  });
});

describe("a mail server that falls silent", () => {
  test.each(ENVELOPE.flatMap((phase) => [HANG, DRIBBLE].map((how) => [how, phase] as const)))(
    "%s at %s: given up after a minute, and nothing has left",
    async (how, phase) => {
      await open({ [phase]: how });
      const sent = send();
      await server.reached(phase);
      scheduler.runUntil(scheduler.nowMs() + ENVELOPE_LIMIT_MS);
      expect(await sent).toEqual({ result: "deferred", code: "mail.time-out", isServer: true });
      expect([marks, server.messages]).toEqual([0, []]);
    },
  );

  test.each([HANG, DRIBBLE])("%s after the message: nobody knows, after ten minutes", async (how) => {
    await open({ message: how });
    const sent = send();
    await server.reached("message");
    scheduler.runUntil(scheduler.nowMs() + ENVELOPE_LIMIT_MS);
    scheduler.runUntil(scheduler.nowMs() + ANSWER_LIMIT_MS);
    expect(await sent).toEqual({ result: "unsure", code: "mail.time-out" });
    expect(server.messages).toHaveLength(1);
  });

  test("at the goodbye: the mail was sent", async () => {
    await open({ QUIT: HANG });
    expect(await send()).toEqual({ result: "sent" });
  });
});

describe("a connection that is cut", () => {
  test.each(ENVELOPE)("at %s: nothing has left, another try later", async (phase) => {
    await open({ [phase]: CUT });
    expect(await send()).toEqual({ result: "deferred", code: "mail.connection", isServer: true });
    expect([marks, server.messages]).toEqual([0, []]);
  });

  test("between the message and the answer: nobody knows", async () => {
    await open({ message: CUT });
    expect(await send()).toEqual({ result: "unsure", code: "mail.connection" });
    expect(server.messages).toHaveLength(1);
  });

  test("by the hub's own end, before the message: nothing has left", async () => {
    await open({ RCPT: HANG });
    const sent = send();
    await server.reached("RCPT");
    transport.close();
    expect(await sent).toEqual({ result: "deferred", code: "mail.stopped", isServer: true });
  });

  test("by the hub's own end, after the message: nobody knows", async () => {
    await open({ message: HANG });
    const sent = send();
    await server.reached("message");
    transport.close();
    expect(await sent).toEqual({ result: "unsure", code: "mail.stopped" });
  });

  test("while what comes before the message takes its time: the message never leaves", async () => {
    await open({});
    const asked = Promise.withResolvers<null>();
    const allowed = Promise.withResolvers<null>();
    const sent = transport.send(MAIL, async () => {
      asked.resolve(null);
      await allowed.promise;
    });
    await asked.promise;
    scheduler.runUntil(scheduler.nowMs() + ENVELOPE_LIMIT_MS);
    expect(await sent).toEqual({ result: "deferred", code: "mail.time-out", isServer: true });
    allowed.resolve(null);
    expect(await send()).toEqual({ result: "sent" });
    expect(server.messages).toHaveLength(1);
  });
});

test("an answer without end is no answer", async () => {
  await open({ EHLO: `250-${"x".repeat(100_000)}` });
  expect(await send()).toMatchObject({ result: "deferred", isServer: true });
});
