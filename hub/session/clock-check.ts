import type { TerminalMessage } from "../../protocol/messages.ts";
import type { Scheduler } from "../../protocol/seams.ts";
import type { ClockError } from "../terminals/terminals.ts";

type Status = Pick<Extract<TerminalMessage, { type: "status" }>, "wallMs" | "echo">;

/**
 * What a terminal's clock is off, by what it says in a status and how long messages take, as RFC 5905 has it: the way there
 * and back is measured by the hub's own clock that does not jump, and halves of it are what is not known.
 */
export class ClockCheck {
  readonly #scheduler: Scheduler;
  /** The latest pulse: what it said, and when it was sent. */
  #pulse: { readonly hubTimeMs: number; readonly sentMs: number } | null = null;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** A pulse that says `hubTimeMs` is about to be sent. */
  sent(hubTimeMs: number): void {
    this.#pulse = { hubTimeMs, sentMs: this.#scheduler.nowMs() };
  }

  /** Of a status that came at `atMs`, when the hub's wall clock said `atWallMs`. */
  error({ wallMs, echo }: Status, atMs: number, atWallMs: number): ClockError {
    const pulse = this.#pulse;
    if (pulse === null || echo?.hubTimeMs !== pulse.hubTimeMs) {
      return { errorMs: wallMs - atWallMs, spanMs: null };
    }
    const halfWayMs = Math.max(0, atMs - pulse.sentMs - echo.heldMs) / 2;
    return { errorMs: wallMs + halfWayMs - atWallMs, spanMs: halfWayMs };
  }
}
