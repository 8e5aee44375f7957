import type { Link, LinkListener } from "../../../protocol/seams.ts";
import type { VirtualScheduler } from "../virtual-scheduler.ts";

/** The code of RFC 6455 (section 7.4.1) for a connection that ended without a closing handshake. */
const CLOSED_ABNORMALLY = 1006;

export type Direction = "up" | "down";

/**
 * A wire between a terminal (`near`) and its hub (`far`) that may fail: ordered and message-preserving as a WebSocket is, for as
 * long as it carries anything. Carries what was sent before a close, then the close.
 */
export class FaultyWire {
  readonly near: Link;
  readonly far: Link;
  readonly #up: Lane;
  readonly #down: Lane;

  /** `delayMs`: how long a message that is sent now takes. */
  constructor(scheduler: VirtualScheduler, delayMs: () => number) {
    this.#up = new Lane(scheduler, delayMs);
    this.#down = new Lane(scheduler, delayMs);
    this.near = new End(this.#up, this.#down);
    this.far = new End(this.#down, this.#up);
  }

  get isOver(): boolean {
    return this.#up.isClosed && this.#down.isClosed;
  }

  /** Bytes under way, the fuller direction's. */
  get bytesUnderWay(): number {
    return Math.max(this.#up.bytes, this.#down.bytes);
  }

  /** Nothing arrives any more that way, and nobody is told. */
  lose(direction: Direction): void {
    (direction === "up" ? this.#up : this.#down).isDead = true;
  }

  /** Both ends are told that it is over; what is under way is lost. */
  reset(): void {
    for (const lane of [this.#up, this.#down]) {
      lane.isDead = true;
      lane.isClosed = true;
    }
    this.#up.tell();
    this.#down.tell();
  }

  /** The hub's process is gone: its end hears no more of the wire, and the terminal's end nothing. */
  abandon(): void {
    this.#up.isClosed = true;
    this.#down.isClosed = true;
    this.#up.tell();
  }

  /** The terminal is told that it is over; what it sent arrives so much later, and the hub is told nothing. */
  lag(byMs: number): void {
    this.#up.isClosed = true;
    this.#up.hold(byMs);
    this.#down.isDead = true;
    this.#down.tell();
  }
}

/** One direction. */
class Lane {
  listener: LinkListener | null = null;
  isClosed = false;
  isDead = false;
  bytes = 0;
  readonly #scheduler: VirtualScheduler;
  readonly #delayMs: () => number;
  #lastMs = 0;
  #heldUntilMs = 0;
  #isTold = false;

  constructor(scheduler: VirtualScheduler, delayMs: () => number) {
    this.#scheduler = scheduler;
    this.#delayMs = delayMs;
  }

  send(text: string): void {
    if (this.isClosed) return;
    const bytes = Buffer.byteLength(text);
    this.bytes += bytes;
    this.#arrive(() => {
      this.bytes -= bytes;
      this.listener?.message(text);
    });
  }

  close(code: number, reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#arrive(() => this.tell(code, reason));
  }

  /** What is under way arrives so much later. */
  hold(ms: number): void {
    this.#heldUntilMs = this.#scheduler.nowMs() + ms;
  }

  /** Who listens hears, once, that it is over. */
  tell(code = CLOSED_ABNORMALLY, reason = ""): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#scheduler.soon(() => this.listener?.closed(code, reason));
  }

  #arrive(run: () => void): void {
    const nowMs = this.#scheduler.nowMs();
    this.#lastMs = Math.max(this.#lastMs, nowMs + this.#delayMs());
    this.#scheduler.after(this.#lastMs - nowMs, () => this.#deliver(run));
  }

  #deliver(run: () => void): void {
    const heldMs = this.#heldUntilMs - this.#scheduler.nowMs();
    if (heldMs > 0) this.#scheduler.after(heldMs, () => this.#deliver(run));
    // Who was told that it is over hears no more.
    else if (!this.isDead && !this.#isTold) run();
  }
}

class End implements Link {
  readonly #out: Lane;
  readonly #in: Lane;

  constructor(out: Lane, into: Lane) {
    this.#out = out;
    this.#in = into;
  }

  send(text: string): void {
    this.#out.send(text);
  }

  /** Whoever closes is told at once, whatever becomes of the other end: so does a socket that is ended. */
  close(code: number, reason: string): void {
    this.#out.close(code, reason);
    this.#in.isClosed = true;
    this.#in.tell(code, reason);
  }

  bufferedBytes(): number {
    return this.#out.bytes;
  }

  listen(listener: LinkListener): void {
    this.#in.listener = listener;
  }
}
