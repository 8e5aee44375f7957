import type { Delivery, MailTransport, OutgoingMail } from "../../mail/transport.ts";

/** A transport without a network, for tests of what sends by it. */
export class ScriptedTransport implements MailTransport {
  /** What left, whether or not that was said. */
  readonly sent: OutgoingMail[] = [];
  /** How the next mails fare, one after the other; then they are sent. `before`: the message does not leave. */
  readonly script: { readonly delivery: Delivery; readonly before: boolean }[] = [];
  /** Called when the message has left and before that is said. */
  onLeft: () => Promise<void> = () => Promise.resolve();
  /** Called when the server has been asked, and before the message leaves. */
  onBefore: () => Promise<void> = () => Promise.resolve();
  #isClosed = false;

  async send(mail: OutgoingMail, beforeMessage: () => Promise<void>): Promise<Delivery> {
    if (this.#isClosed) return { result: "deferred", code: "mail.stopped", isServer: true };
    if (!/^[^\s<>,]+@[^\s<>,]+$/.test(mail.to)) return { result: "refused", code: "mail.address" };
    const next = this.script.shift();
    if (next?.before === true) return next.delivery;
    await this.onBefore();
    await beforeMessage();
    this.sent.push({ ...mail, subject: mail.subject.replaceAll(/[\r\n]+/g, " ") });
    await this.onLeft();
    return next?.delivery ?? { result: "sent" };
  }

  close(): void {
    this.#isClosed = true;
  }
}
