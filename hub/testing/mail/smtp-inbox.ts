import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail server that keeps what it takes: the package smtp-server, listening on this machine. */
export class SmtpInbox {
  /** Messages as they came, oldest first. */
  readonly messages: string[] = [];
  /** Of each: who it was for. */
  readonly readers: string[] = [];
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      disabledCommands: ["AUTH", "STARTTLS"],
      ...options,
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on("data", (part: Buffer) => void parts.push(part));
        stream.on("end", () => {
          this.messages.push(Buffer.concat(parts).toString("latin1"));
          this.readers.push(...session.envelope.rcptTo.map(({ address }) => address));
          done();
        });
      },
    });
    // A client that does not trust it ends the connection.
    this.#server.on("error", () => undefined);
  }

  static async open(options: SMTPServerOptions = {}): Promise<SmtpInbox> {
    const inbox = new SmtpInbox(options);
    inbox.#server.listen(0, "127.0.0.1");
    await once(inbox.#server.server, "listening");
    return inbox;
  }

  get port(): number {
    return portOf(this.#server.server.address());
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new RangeError("it listens on no port");
  return address.port;
}
