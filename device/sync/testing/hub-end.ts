import {
  decodeTerminalMessage,
  encodeMessage,
  type HubMessage,
  type TerminalMessage,
} from "../../../protocol/messages.ts";
import type { Link } from "../../../protocol/seams.ts";

/** The other end of the wire, played by the test: what it got, and what it says. */
export class HubEnd {
  readonly got: TerminalMessage[] = [];
  closed = false;
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
    link.listen({
      message: (text) => {
        const decoded = decodeTerminalMessage(text);
        if (decoded.ok) this.got.push(decoded.message);
      },
      closed: () => (this.closed = true),
    });
  }

  say(message: HubMessage): void {
    this.#link.send(encodeMessage(message));
  }

  sayRaw(text: string): void {
    this.#link.send(text);
  }

  hangUp(): void {
    this.#link.close(1006, "");
  }

  ofType<Type extends TerminalMessage["type"]>(type: Type): Extract<TerminalMessage, { type: Type }>[] {
    return this.got.filter((each): each is Extract<TerminalMessage, { type: Type }> => each.type === type);
  }
}
