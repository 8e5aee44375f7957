import { CodedError } from "../../protocol/errors.ts";
import { crockford, ID_LENGTH } from "../../protocol/ids.ts";
import type { Command, HubMessage } from "../../protocol/messages.ts";
import type { Random, Scheduler, Timer } from "../../protocol/seams.ts";

/** A terminal that does not say by then how a command went, is not waited for. */
export const COMMAND_TIMEOUT_MS = 10_000;
/** Commands that may wait for one terminal's answer. */
export const MAX_COMMANDS_WAITING = 4;

interface Waiting {
  readonly timer: Timer;
  readonly answered: (outcome: string) => void;
  readonly failed: (error: CodedError) => void;
}

/** What one terminal was told to do on one link, and has not answered yet. */
export class Commands {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #send: (message: HubMessage) => void;
  readonly #waiting = new Map<string, Waiting>();

  constructor(scheduler: Scheduler, random: Random, send: (message: HubMessage) => void) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#send = send;
  }

  /** Resolves with "done", or with the terminal's code. Rejects with `terminal.busy`, `terminal.no-answer`, `terminal.offline`. */
  ask(command: Command): Promise<string> {
    if (this.#waiting.size >= MAX_COMMANDS_WAITING) {
      return Promise.reject(
        new CodedError("terminal.busy", "this terminal has not answered earlier commands yet: wait a moment"),
      );
    }
    const id = crockford(this.#random.bytes(10), ID_LENGTH);
    return new Promise((answered, failed) => {
      const timer = this.#scheduler.after(COMMAND_TIMEOUT_MS, () => {
        this.#waiting.delete(id);
        failed(new CodedError("terminal.no-answer", "the terminal did not say in time whether it did it"));
      });
      this.#waiting.set(id, { timer, answered, failed });
      this.#send({ type: "command", id, command });
    });
  }

  /** An answer that nobody waits for any more changes nothing. */
  answered(id: string, outcome: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.timer.cancel();
    waiting.answered(outcome);
  }

  /** The link has ended. */
  close(): void {
    for (const { timer, failed } of this.#waiting.values()) {
      timer.cancel();
      failed(offline());
    }
    this.#waiting.clear();
  }
}

export const offline = (): CodedError =>
  new CodedError("terminal.offline", "this terminal is not connected: try again when it is");
