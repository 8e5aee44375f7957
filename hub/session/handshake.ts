import { challengeBytes } from "../../protocol/identity.ts";
import {
  agreedVersion,
  PROTOCOL_VERSION,
  PROTOCOL_VERSIONS,
  type TerminalMessage,
} from "../../protocol/messages.ts";
import { isSignedBy } from "../punches/batch.ts";
import { redeemClaim } from "../terminals/claims.ts";
import { greetTerminal, type Greeting } from "../terminals/greet.ts";
import { findTerminal, type Terminal } from "../terminals/terminals.ts";
import { tellRevoked } from "./revoke.ts";
import type { SessionHost, SessionWire } from "./session.ts";

const NONCE_BYTES = 32;

export type HelloMessage = Extract<TerminalMessage, { type: "hello" }>;

/** A terminal that has proved itself. */
export interface Proved {
  readonly terminal: Terminal;
  readonly hello: HelloMessage;
  readonly version: number;
  readonly greeting: Greeting;
}

type Step =
  | { readonly step: "hello"; readonly hasClaimed: boolean }
  | {
      readonly step: "proof";
      readonly hello: HelloMessage;
      readonly terminal: Terminal;
      readonly nonce: string;
    };

/** Who is there: a claim if it has none yet, its greeting, and the proof that it is who it says. */
export class Handshake {
  readonly #host: SessionHost;
  readonly #wire: SessionWire;
  #step: Step = { step: "hello", hasClaimed: false };

  constructor(host: SessionHost, wire: SessionWire) {
    this.#host = host;
    this.#wire = wire;
  }

  /** Resolves with who it is as soon as that is proved. */
  async handle(message: TerminalMessage): Promise<Proved | null> {
    const current = this.#step;
    if (current.step === "hello" && message.type === "claim" && !current.hasClaimed) {
      await this.#claim(message);
    } else if (current.step === "hello" && message.type === "hello") {
      await this.#challenge(message);
    } else if (current.step === "proof" && message.type === "proof") {
      return this.#prove(current, message.signature);
    } else {
      this.#wire.refuse({
        code: "protocol.unexpected",
        detail: `"${message.type}" is not due before the ${current.step}`,
      });
    }
    return null;
  }

  async #claim(message: Extract<TerminalMessage, { type: "claim" }>): Promise<void> {
    const claimed = await redeemClaim(this.#host.context, message);
    if (claimed === null) {
      this.#wire.refuse({ code: "claim.refused", detail: "the claim token is unknown, used or too old" });
      return;
    }
    this.#step = { step: "hello", hasClaimed: true };
    const terminalKey = Buffer.from(claimed.terminalKey).toString("base64");
    this.#wire.send({ type: "claimed", terminal: claimed.terminal, terminalKey });
  }

  async #challenge(hello: HelloMessage): Promise<void> {
    const terminal = await findTerminal(this.#host.context.store.queries, hello.terminal);
    if (terminal === null) {
      this.#wire.refuse({ code: "terminal.unknown", detail: "this hub never paired such a terminal" });
      return;
    }
    // Also one whose place was taken away: it is told once it has proved who it is.
    const nonce = Buffer.from(this.#host.context.random.bytes(NONCE_BYTES)).toString("base64");
    this.#step = { step: "proof", hello, terminal, nonce };
    this.#wire.send({ type: "challenge", nonce });
  }

  async #prove(step: Extract<Step, { step: "proof" }>, signature: string): Promise<Proved | null> {
    const { hello, terminal, nonce } = step;
    if (!isSignedBy(terminal.public_key, challengeBytes(terminal.id, nonce), signature)) {
      this.#wire.refuse({ code: "terminal.proof", detail: "the signature is not this terminal's" });
      return null;
    }
    if (terminal.stolen === 1) {
      await tellRevoked(this.#host, this.#wire, terminal);
      this.#wire.refuse({ code: "terminal.revoked", detail: "this terminal was reported stolen" });
      return null;
    }
    const greeting = await greetTerminal(this.#host.context, terminal, hello);
    const version = agreedVersion(hello.versions, this.#host.versions ?? PROTOCOL_VERSIONS);
    return { terminal, hello, version: version ?? PROTOCOL_VERSION, greeting };
  }
}
