import type { Logger } from "pino";
import { codeOf } from "../../protocol/errors.ts";
import type { DiskTrouble } from "../core/types.ts";
import type { LedgerPort } from "../ledger/port.ts";
import { MAX_SET_ASIDE, type StoreHealth } from "../ledger/store.ts";

/** Pulses between two looks while nothing was recorded: the ledger's thread sleeps meanwhile. */
export const LOOK_EVERY_BEATS = 10;

/** Looks at the disk with some of the pulses, and with the next one after anything was recorded, and tells when it changed. */
export class DiskWatch {
  readonly #ledger: Pick<LedgerPort, "health">;
  readonly #log: Logger;
  readonly #changed: (trouble: DiskTrouble | null) => void;
  #told: DiskTrouble | null = null;
  #beatsLeft = 0;
  #isLooking = false;

  constructor(
    ledger: Pick<LedgerPort, "health">,
    log: Logger,
    changed: (trouble: DiskTrouble | null) => void,
  ) {
    this.#ledger = ledger;
    this.#log = log;
    this.#changed = changed;
  }

  /** Something was written, or could not be. */
  used(): void {
    this.#beatsLeft = 0;
  }

  /** To be called with each pulse. Never rejects. */
  async beat(): Promise<void> {
    this.#beatsLeft -= 1;
    if (this.#isLooking || this.#beatsLeft > 0) return;
    this.#beatsLeft = LOOK_EVERY_BEATS;
    this.#isLooking = true;
    try {
      const trouble = troubleOf(await this.#ledger.health());
      if (trouble !== this.#told) this.#changed(trouble);
      this.#told = trouble;
    } catch (error) {
      this.#log.error({ code: codeOf(error) }, "the ledger does not say how its disk is");
    }
    this.#isLooking = false;
  }
}

function troubleOf({ disk, setAside }: StoreHealth): DiskTrouble | null {
  if (disk !== "well") return disk;
  return setAside > MAX_SET_ASIDE ? "worn" : null;
}
