import { Readable } from "node:stream";
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { NodemailerError } from "nodemailer/lib/errors";
import type { Scheduler } from "../../protocol/seams.ts";
import type { MailErrorCode } from "./errors.ts";
import type { SmtpServer } from "./smtp-url.ts";
import type { Delivery, MailTransport, OutgoingMail } from "./transport.ts";

/** The door of the package nodemailer: mail over SMTP (RFC 5321), one connection a mail. */

/** Greeting, TLS, signing in, sender and recipient together. */
export const ENVELOPE_LIMIT_MS = 60_000;
/** From the message to the server's answer: RFC 5321 section 4.5.3.2.6, which has it so long to avoid duplicates. */
export const ANSWER_LIMIT_MS = 10 * 60_000;
/** For a goodbye, when all is said. */
const QUIT_LIMIT_MS = 1_000;
/** Bytes of one answer of a server. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/** `ca`: certificates to trust in place of the usual ones, PEM. */
export function openSmtp(server: SmtpServer, scheduler: Scheduler, ca?: string): MailTransport {
  const under = new Set<Attempt>();
  let isClosed = false;
  return {
    async send(mail, beforeMessage) {
      const bytes = await compose(mail);
      if (isClosed) return { result: "deferred", code: "mail.stopped", isServer: true };
      const attempt = new Attempt(new SMTPConnection(optionsOf(server, ca)), scheduler);
      under.add(attempt);
      try {
        return await attempt.run(server, mail, bytes, beforeMessage);
      } finally {
        under.delete(attempt);
      }
    },
    close() {
      isClosed = true;
      for (const attempt of under) attempt.give("mail.stopped");
    },
  };
}

/** One connection, for one mail. */
class Attempt {
  readonly #connection: SMTPConnection;
  readonly #scheduler: Scheduler;
  readonly #settled = Promise.withResolvers<Delivery>();
  /** The first byte of the message may have left. */
  #hasBegun = false;
  #isSettled = false;

  constructor(connection: SMTPConnection, scheduler: Scheduler) {
    this.#connection = connection;
    this.#scheduler = scheduler;
  }

  async run(
    { signIn }: SmtpServer,
    { from, to }: OutgoingMail,
    bytes: Buffer,
    beforeMessage: () => Promise<void>,
  ): Promise<Delivery> {
    const connection = this.#connection;
    let limit = this.#scheduler.after(ENVELOPE_LIMIT_MS, () => this.give("mail.time-out"));
    const parts = async function* (this: Attempt): AsyncGenerator<Buffer> {
      try {
        await beforeMessage();
      } catch (error) {
        this.#settled.reject(error);
        throw error;
      }
      if (this.#isSettled) return;
      limit.cancel();
      limit = this.#scheduler.after(ANSWER_LIMIT_MS, () => this.give("mail.time-out"));
      this.#hasBegun = true;
      yield bytes;
    };
    const send = (): void => {
      // Read by nodemailer when the server has answered DATA with 354, and not before.
      const message = Readable.from(parts.call(this));
      connection.send({ from, to, size: bytes.length }, message, (error) => this.#ended(error));
    };
    connection.on("error", (error: NodemailerError) => this.#ended(error));
    connection.on("end", () => this.give("mail.connection"));
    connection.connect((error) => {
      if (error !== undefined) this.#ended(error);
      else if (signIn === null) send();
      else {
        connection.login({ user: signIn.user, pass: signIn.password }, (refused) => {
          if (refused === null) send();
          else this.#ended(refused);
        });
      }
    });
    try {
      const delivery = await this.#settled.promise;
      if (delivery.result === "sent") this.#sayGoodbye();
      else connection.close();
      return delivery;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      limit.cancel();
    }
  }

  /** Cuts it: what is not known by now is not known. */
  give(code: MailErrorCode): void {
    this.#settle(this.#hasBegun ? { result: "unsure", code } : { result: "deferred", code, isServer: true });
  }

  #ended(error: NodemailerError | null): void {
    this.#settle(error === null ? { result: "sent" } : judge(error, this.#hasBegun));
  }

  #settle(delivery: Delivery): void {
    this.#isSettled = true;
    this.#settled.resolve(delivery);
  }

  #sayGoodbye(): void {
    const limit = this.#scheduler.after(QUIT_LIMIT_MS, () => this.#connection.close());
    this.#connection.on("end", () => limit.cancel());
    this.#connection.quit();
  }
}

/** What an error means for the mail. */
function judge(error: NodemailerError, hasBegun: boolean): Delivery {
  const { code, responseCode = 0 } = error;
  const isAboutMail = code === "EENVELOPE" || code === "EMESSAGE";
  if (hasBegun && !(isAboutMail && responseCode >= FIRST_REFUSAL)) {
    return { result: "unsure", code: troubleOf(error) };
  }
  if (responseCode === SIGN_IN_FIRST) return { result: "deferred", code: "mail.sign-in", isServer: true };
  if (isAboutMail && responseCode === 0) return { result: "refused", code: "mail.address" };
  if (isAboutMail && responseCode >= 500 && responseCode !== BAD_SEQUENCE) {
    return { result: "refused", code: "mail.refused" };
  }
  if (isAboutMail) {
    return { result: "deferred", code: "mail.deferred", isServer: responseCode === SERVICE_CLOSING };
  }
  return { result: "deferred", code: troubleOf(error), isServer: true };
}

/** A certificate that is refused is a socket's error whose own code is none of the system's (node:tls, X509 error codes). */
function troubleOf({ code = "", originalCode = "" }: NodemailerError): MailErrorCode {
  if (code === "ESOCKET" && originalCode !== "" && !SYSTEM_CODE.test(originalCode)) return "mail.tls";
  return CODES[code] ?? "mail.connection";
}
/** ECONNREFUSED and the like; EPROTO is what TLS says of a peer that has none. */
const SYSTEM_CODE = /^E(?!PROTO$)[A-Z0-9]+$/;

/** RFC 5321 section 4.2.1: 4yz and 5yz say that it was not taken. */
const FIRST_REFUSAL = 400;
/** RFC 4954 section 6. */
const SIGN_IN_FIRST = 530;
/** RFC 5321 section 4.2.3: about the conversation, not about the mail. */
const BAD_SEQUENCE = 503;
const SERVICE_CLOSING = 421;

const CODES: Readonly<Record<string, MailErrorCode>> = {
  ETIMEDOUT: "mail.time-out",
  ETLS: "mail.tls",
  EREQUIRETLS: "mail.tls",
  EAUTH: "mail.sign-in",
  ENOAUTH: "mail.sign-in",
  EPROTOCOL: "mail.deferred",
};

function optionsOf({ host, port, tls }: SmtpServer, ca: string | undefined): SMTPConnection.Options {
  return {
    host,
    port,
    secure: tls === "from-the-start",
    requireTLS: tls === "required",
    ignoreTLS: tls === "none",
    tls: { rejectUnauthorized: true, minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) },
    // The limits above end it; these are only not to end it before.
    connectionTimeout: ENVELOPE_LIMIT_MS,
    greetingTimeout: ENVELOPE_LIMIT_MS,
    dnsTimeout: ENVELOPE_LIMIT_MS,
    socketTimeout: ANSWER_LIMIT_MS,
    // Cut means cut: half a message never gets its end.
    socketCloseTimeout: 0,
    maxResponseSize: MAX_RESPONSE_BYTES,
  };
}

async function compose({ from, to, messageId, atMs, subject, text, html }: OutgoingMail): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: "Punchbox", address: from },
    to: { name: "", address: to },
    messageId,
    date: new Date(atMs),
    subject,
    text,
    html,
    // RFC 3834: no holiday notice comes back.
    headers: { "Auto-Submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
