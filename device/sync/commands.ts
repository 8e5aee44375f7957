import { codeOf, CodedError } from "../../protocol/errors.ts";
import { encodeMessage, type HubMessage } from "../../protocol/messages.ts";
import type { Link } from "../../protocol/seams.ts";
import type { SyncParts } from "./parts.ts";

/** Commands under way on a link; one more is answered `command.busy`. */
export const MAX_COMMANDS = 4;
/** The hub waits for 10 s: what takes longer is answered before. */
export const COMMAND_LIMIT_MS = 8_000;

type CommandMessage = Extract<HubMessage, { type: "command" }>;

/** Does what an admin asks for, beside everything else that a link does, and answers each once. */
export class Commands {
  readonly #parts: SyncParts;
  readonly #link: Link;
  readonly #resend: (afterSeq: number) => void;
  #underWay = 0;

  constructor(parts: SyncParts, link: Link, resend: (afterSeq: number) => void) {
    this.#parts = parts;
    this.#link = link;
    this.#resend = resend;
  }

  /** Never rejects; a link that ended meanwhile is not answered. */
  async run({ id, command }: CommandMessage): Promise<void> {
    const { log } = this.#parts;
    log.info({ act: command.act }, "the hub sends a command");
    let outcome = "done";
    try {
      if (command.act === "resend") this.#resend(command.afterSeq);
      else if (this.#underWay >= MAX_COMMANDS) outcome = "command.busy";
      else outcome = await this.#perform(command);
    } catch (error) {
      outcome = codeOf(error);
    }
    this.#link.send(encodeMessage({ type: "done", id, outcome }));
  }

  async #perform(command: Parameters<SyncParts["onCommand"]>[0]): Promise<string> {
    const { promise: tooLong, reject } = Promise.withResolvers<never>();
    const limit = this.#parts.scheduler.after(COMMAND_LIMIT_MS, () =>
      reject(new CodedError("command.timeout", `it took longer than ${COMMAND_LIMIT_MS} ms`)),
    );
    this.#underWay += 1;
    try {
      return await Promise.race([this.#parts.onCommand(command), tooLong]);
    } finally {
      limit.cancel();
      this.#underWay -= 1;
    }
  }
}
