import type { EventDraft } from "../../protocol/events.ts";
import { HealedFaults } from "./healed-faults.ts";
import type { EventStamp } from "./ledger.ts";
import type { DiskState } from "./reserve.ts";
import { MAX_SET_ASIDE, type TerminalStore } from "./store.ts";

/** What the store tells the hub of itself, as events. */
export class StoreEvents {
  readonly #stamp: () => EventStamp;
  readonly #healed = new HealedFaults();
  #toldDisk: DiskState = "well";
  #isCardTold = false;

  constructor(stamp: () => EventStamp) {
    this.#stamp = stamp;
  }

  /** Something failed with this code, and was made good at once. */
  healed(code: string): void {
    this.#healed.healed(code);
  }

  /** Records what is new. `setAside`: damaged files that lie beside. Throws as the store does. */
  tell(store: TerminalStore, disk: DiskState, setAside: number): void {
    this.#tellDisk(store, disk);
    this.#tellOfCard(store, setAside);
    for (const draft of this.#healed.due(this.#stamp().monotonicMs)) {
      // A disk that is told to be low is not well for a write that succeeded.
      if (draft.kind === "health.fault" || this.#toldDisk === "well") store.record(draft, this.#stamp());
    }
  }

  #tellDisk(store: TerminalStore, state: DiskState): void {
    if (state === this.#toldDisk) return;
    this.#toldDisk = state;
    const part = "store";
    const draft: EventDraft =
      state === "well"
        ? { kind: "health.recovered", person: null, payload: { part } }
        : { kind: "health.fault", person: null, payload: { part, code: `store.disk-${state}` } };
    store.record(draft, this.#stamp());
  }

  /** A card that damages file after file is to be changed. */
  #tellOfCard(store: TerminalStore, setAside: number): void {
    if (this.#isCardTold || setAside <= MAX_SET_ASIDE) return;
    this.#isCardTold = true;
    const payload = { part: "store", code: "store.damaged-often" } as const;
    store.record({ kind: "health.fault", person: null, payload }, this.#stamp());
  }
}
