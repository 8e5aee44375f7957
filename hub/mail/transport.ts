import type { MailErrorCode } from "./errors.ts";

/** How mail leaves the hub. Every transport runs transport.contract.ts. */
export interface MailTransport {
  /**
   * Sends a mail once, or not. `beforeMessage` is called when the server has said yes to sender and recipient; only when
   * it has resolved the message itself may leave. Rejects with what `beforeMessage` rejects with, and then nothing was
   * sent; with nothing else. One mail at a time.
   */
  send(mail: OutgoingMail, beforeMessage: () => Promise<void>): Promise<Delivery>;
  /** Cuts what is under way, which then resolves. Nothing is sent after. */
  close(): void;
}

export interface OutgoingMail {
  /** E-mail addresses, without names. */
  readonly from: string;
  readonly to: string;
  /** The same for each try to send the same mail, within angle brackets. */
  readonly messageId: string;
  readonly atMs: number;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export type Delivery =
  | { readonly result: "sent" }
  /** The server said no for ever (RFC 5321 section 4.2.1: 5yz). */
  | { readonly result: "refused"; readonly code: MailErrorCode }
  /** Not sent, and worth another try. `isServer`: it has nothing to do with this mail; others would fare no better. */
  | { readonly result: "deferred"; readonly code: MailErrorCode; readonly isServer: boolean }
  /** The message may have left, and the server has not said what became of it. */
  | { readonly result: "unsure"; readonly code: MailErrorCode };
