import { SILENCE_LIMIT_MS } from "../../protocol/limits.ts";
import { encodeMessage, type HubMessage } from "../../protocol/messages.ts";
import type { Link } from "../../protocol/seams.ts";
import type { StoreHealth } from "../ledger/store.ts";
import type { SyncParts } from "./parts.ts";

/** As many statuses can be unanswered before a link counts as silent, and some. */
const MAX_UNANSWERED = 8;

/** What each side says of itself on a link while nothing else is to be said, and what the terminal learns of the hub's clock. */
export class Heartbeat {
  readonly #parts: SyncParts;
  readonly #link: Link;
  #heardMs: number;
  /** When the statuses were sent that have no pulse yet, the oldest first: the hub answers each with one. */
  #askedMs: readonly number[] = [];
  #pulse: { readonly hubTimeMs: number; readonly receivedMs: number } | null = null;

  constructor(parts: SyncParts, link: Link) {
    this.#parts = parts;
    this.#link = link;
    this.#heardMs = parts.scheduler.nowMs();
  }

  /** Something came from the hub, just now. */
  heard(): void {
    this.#heardMs = this.#parts.scheduler.nowMs();
  }

  /** Nothing came for so long that the link is dead, whatever the network says. */
  get isSilent(): boolean {
    return this.#parts.scheduler.nowMs() - this.#heardMs > SILENCE_LIMIT_MS;
  }

  tell(unsent: number, { disk, setAside, pendingEvents }: StoreHealth): void {
    const { scheduler, wallClock, clock } = this.#parts;
    const nowMs = scheduler.nowMs();
    this.#askedMs = [...this.#askedMs, nowMs].slice(-MAX_UNANSWERED);
    const echo =
      this.#pulse === null
        ? null
        : { hubTimeMs: this.#pulse.hubTimeMs, heldMs: Math.max(0, nowMs - this.#pulse.receivedMs) };
    this.#link.send(
      encodeMessage({
        type: "status",
        unsent,
        pendingEvents,
        wallMs: wallClock.wallMs(),
        clock: clock(),
        disk,
        setAside,
        echo,
      }),
    );
  }

  /** `receivedMs`: when it came, which may be before it is its turn. */
  pulsed({ hubTimeMs }: Extract<HubMessage, { type: "pulse" }>, receivedMs: number): void {
    this.#pulse = { hubTimeMs, receivedMs };
    const [askedMs, ...later] = this.#askedMs;
    this.#askedMs = later;
    const roundTripMs = askedMs === undefined ? null : receivedMs - askedMs;
    this.#parts.onHubTime({ hubTimeMs, monotonicMs: receivedMs, roundTripMs });
  }
}
