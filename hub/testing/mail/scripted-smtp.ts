import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { portOf } from "./smtp-inbox.ts";

/** Where a server may misbehave; `message` is what comes after the message's last line. */
export type Phase = "greeting" | "EHLO" | "MAIL" | "RCPT" | "DATA" | "message" | "QUIT";

/** In place of an answer: silence, the end of the connection, an answer that never comes to its end. */
export const HANG = "hang";
export const CUT = "cut";
export const DRIBBLE = "dribble";

/** What it says where, in place of the usual: an answer, or one of those above. */
export type Script = Partial<Record<Phase, string>>;

const USUAL: Readonly<Record<Phase, string>> = {
  greeting: "220 scripted",
  EHLO: "250 scripted",
  MAIL: "250 ok",
  RCPT: "250 ok",
  DATA: "354 go on",
  message: "250 taken",
  QUIT: "221 bye",
};

/** A mail server that does what it is told to, right or wrong. */
export class ScriptedSmtp {
  /** Messages whose end it saw, whatever it answered. */
  readonly messages: string[] = [];
  /** May be changed at any time. */
  script: Script;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #arrivals = new Map<Phase, PromiseWithResolvers<null>>();

  private constructor(script: Script) {
    this.script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async open(script: Script = {}): Promise<ScriptedSmtp> {
    const made = new ScriptedSmtp(script);
    made.#server.listen(0, "127.0.0.1");
    await once(made.#server, "listening");
    return made;
  }

  get port(): number {
    return portOf(this.#server.address());
  }

  /** Resolves when a client has come as far as this. */
  async reached(phase: Phase): Promise<void> {
    await this.#arrival(phase).promise;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
    let received = "";
    let isMessage = false;
    this.#answer(socket, "greeting");
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      for (;;) {
        const end = isMessage ? received.indexOf("\r\n.\r\n") : received.indexOf("\r\n");
        if (end < 0) return;
        if (isMessage) {
          this.messages.push(received.slice(0, end));
          received = received.slice(end + 5);
          isMessage = false;
          this.#answer(socket, "message");
        } else {
          const phase = COMMANDS.find((each) => received.startsWith(each));
          received = received.slice(end + 2);
          if (phase === undefined) socket.write("502 what?\r\n");
          else isMessage = this.#answer(socket, phase) && phase === "DATA";
        }
      }
    });
  }

  /** Returns whether it answered as is usual. */
  #answer(socket: Socket, phase: Phase): boolean {
    const wanted = this.script[phase];
    if (wanted === CUT) socket.destroy();
    else if (wanted === DRIBBLE) socket.write("250-so\r\n250-much\r\n250-to sa");
    else if (wanted !== HANG) socket.write(`${wanted ?? USUAL[phase]}\r\n`);
    this.#arrival(phase).resolve(null);
    return wanted === undefined;
  }

  #arrival(phase: Phase): PromiseWithResolvers<null> {
    let arrival = this.#arrivals.get(phase);
    if (arrival === undefined) this.#arrivals.set(phase, (arrival = Promise.withResolvers<null>()));
    return arrival;
  }
}

const COMMANDS: readonly Phase[] = ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"];
