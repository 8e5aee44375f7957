import type { Link, LinkListener, Scheduler } from "../../protocol/seams.ts";

/**
 * A wire between two ends in one process: ordered, reliable, message-preserving, and never delivering within `send`.
 * Carries what was sent before a close, then the close.
 */
export function linkPair(scheduler: Scheduler): readonly [Link, Link] {
  const wire: Wire = { scheduler, isClosed: false };
  const left = new LinkEnd(wire);
  const right = new LinkEnd(wire);
  left.peer = right;
  right.peer = left;
  return [left, right];
}

interface Wire {
  readonly scheduler: Scheduler;
  isClosed: boolean;
}

class LinkEnd implements Link {
  peer: LinkEnd | null = null;
  readonly #wire: Wire;
  #listener: LinkListener | null = null;
  #underWayBytes = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  send(text: string): void {
    if (this.#wire.isClosed) return;
    const bytes = Buffer.byteLength(text);
    this.#underWayBytes += bytes;
    this.#wire.scheduler.soon(() => {
      this.#underWayBytes -= bytes;
      this.peer?.deliver((listener) => listener.message(text));
    });
  }

  close(code: number, reason: string): void {
    if (this.#wire.isClosed) return;
    this.#wire.isClosed = true;
    this.#wire.scheduler.soon(() => {
      this.peer?.deliver((listener) => listener.closed(code, reason));
      this.deliver((listener) => listener.closed(code, reason));
    });
  }

  bufferedBytes(): number {
    return this.#underWayBytes;
  }

  listen(listener: LinkListener): void {
    this.#listener = listener;
  }

  deliver(to: (listener: LinkListener) => void): void {
    if (this.#listener !== null) to(this.#listener);
  }
}
