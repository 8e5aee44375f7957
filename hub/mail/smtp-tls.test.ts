import { afterEach, describe, expect, test } from "vitest";
import type { SMTPServerOptions } from "smtp-server";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { OF_ANOTHER, OF_THIS_MACHINE } from "../testing/mail/certificates.ts";
import { ScriptedSmtp } from "../testing/mail/scripted-smtp.ts";
import { SmtpInbox } from "../testing/mail/smtp-inbox.ts";
import { openSmtp } from "./smtp.ts";
import type { SmtpServer } from "./smtp-url.ts";
import type { Delivery } from "./transport.ts";

const MAIL = {
  from: "hub@example.com",
  to: "olga@example.com",
  messageId: "<0123456789abcdef@example.com>",
  atMs: 0,
  subject: "Hello",
  text: "Hello\n",
  html: "<p>Hello</p>\n",
};
const SIGN_IN = { user: "hub@example.com", password: "correct horse" };
const DEFERRED = { result: "deferred", isServer: true } as const;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function inboxOf(options: SMTPServerOptions): Promise<SmtpInbox> {
  const inbox = await SmtpInbox.open({ disabledCommands: ["AUTH"], ...options });
  open.push(inbox);
  return inbox;
}

function send(port: number, how: Partial<SmtpServer>, ca: string = OF_THIS_MACHINE.cert): Promise<Delivery> {
  const server = { host: "127.0.0.1", port, tls: "required", signIn: null, ...how } as const;
  const transport = openSmtp(server, new VirtualScheduler(), ca);
  open.unshift(transport);
  return transport.send(MAIL, () => Promise.resolve());
}

describe("a mail server with TLS", () => {
  test.each(["required", "offered"] as const)(
    "is talked to in the clear no longer than to STARTTLS (%s)",
    async (tls) => {
      const secured: boolean[] = [];
      const inbox = await inboxOf({
        ...OF_THIS_MACHINE,
        onMailFrom: (_address, session, done) => {
          secured.push(session.secure);
          done();
        },
      });
      expect(await send(inbox.port, { tls })).toEqual({ result: "sent" });
      expect(secured).toEqual([true]);
    },
  );

  test("from the start is talked to so", async () => {
    const inbox = await inboxOf({ ...OF_THIS_MACHINE, secure: true });
    expect(await send(inbox.port, { tls: "from-the-start" })).toEqual({ result: "sent" });
    expect(inbox.messages).toHaveLength(1);
  });

  test.each([
    ["that nobody vouches for", OF_THIS_MACHINE, OF_ANOTHER.cert],
    ["of another server", OF_ANOTHER, OF_ANOTHER.cert],
  ])("and a certificate %s gets nothing, not even a password", async (_name, certificate, ca) => {
    const tried: unknown[] = [];
    for (const tls of ["required", "offered", "from-the-start"] as const) {
      const inbox = await inboxOf({
        ...certificate,
        disabledCommands: [],
        secure: tls === "from-the-start",
        onAuth: ({ username }, _session, done) => {
          tried.push(username);
          done(null, { user: 1 });
        },
      });
      const delivery = await send(inbox.port, { tls, signIn: SIGN_IN }, ca);
      expect(delivery, tls).toEqual({ ...DEFERRED, code: "mail.tls" });
      expect(inbox.messages).toEqual([]);
    }
    expect(tried).toEqual([]);
  });

  test("is wanted and not there: nothing is said in the clear", async () => {
    const server = await ScriptedSmtp.open();
    open.push(server);
    expect(await send(server.port, { signIn: SIGN_IN })).toEqual({ ...DEFERRED, code: "mail.tls" });
    expect(server.messages).toEqual([]);
  });
});

describe("signing in at a mail server", () => {
  const withPassword = (password: string) =>
    inboxOf({
      ...OF_THIS_MACHINE,
      disabledCommands: [],
      onAuth: (auth, _session, done) => {
        if (auth.username === SIGN_IN.user && auth.password === password) done(null, { user: 1 });
        else done(new Error("wrong"));
      },
    });

  test("with the right password mails are sent", async () => {
    const inbox = await withPassword(SIGN_IN.password);
    expect(await send(inbox.port, { signIn: SIGN_IN })).toEqual({ result: "sent" });
  });

  test("with a wrong one mails wait for the right one, and it is in no answer", async () => {
    const inbox = await withPassword("another");
    const delivery = await send(inbox.port, { signIn: SIGN_IN });
    expect(delivery).toEqual({ ...DEFERRED, code: "mail.sign-in" });
  });

  test("where it is asked for and there is none mails wait", async () => {
    const inbox = await withPassword("another");
    expect(await send(inbox.port, {})).toEqual({ ...DEFERRED, code: "mail.sign-in" });
    expect(inbox.messages).toEqual([]);
  });
});
