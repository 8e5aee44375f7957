import type { Logger } from "pino";
import { codeOf } from "../../protocol/errors.ts";
import type { EventDraft } from "../../protocol/events.ts";
import type { PartName } from "./part-faults.ts";

/** A part with a loose contact may fail every second: so many of its faults are recorded in an hour, the rest counted. */
export const MAX_FAULTS_RECORDED = 6;
export const FAULT_WINDOW_MS = 60 * 60_000;
/** Events that wait for a ledger to be opened or to work again. */
export const MAX_EVENTS_WAITING = 32;

type RecordEvent = (draft: EventDraft) => Promise<void>;

interface PartRecord {
  /** What the newest event about this part says: the code of its fault, or null. */
  told: string | null;
  present: string | null;
  /** When its faults were recorded, within the window. */
  recordedMs: number[];
  /** Faults since then that were not. */
  more: number;
}

/**
 * Makes events of the parts' faults, for the hub: at most {@link MAX_FAULTS_RECORDED} an hour and part. What happens before there is a
 * ledger waits for it. After a flurry the newest event is brought in line with how the part is, as soon as it may be.
 */
export class HealthEvents {
  readonly #nowMs: () => number;
  readonly #log: Logger;
  readonly #parts = new Map<PartName, PartRecord>();
  readonly #waiting: EventDraft[] = [];
  #record: RecordEvent | null = null;
  #isWriting = false;
  /** The ledger refused the last one: that is logged once. */
  #isRefused = false;

  constructor(nowMs: () => number, log: Logger) {
    this.#nowMs = nowMs;
    this.#log = log;
  }

  /** The ledger is open. */
  open(record: RecordEvent): void {
    this.#record = record;
    void this.#write();
  }

  changed(part: PartName, code: string | null): void {
    const known = this.#parts.get(part) ?? { told: null, present: null, recordedMs: [], more: 0 };
    this.#parts.set(part, known);
    known.present = code;
    if (!this.#tell(part, known) && code !== null) known.more += 1;
    void this.#write();
  }

  /** Catches up on what could not be recorded when it happened. Called with every pulse. */
  catchUp(): void {
    for (const [part, known] of this.#parts) this.#tell(part, known);
    void this.#write();
  }

  /** False when an event is due and may not be. */
  #tell(part: PartName, known: PartRecord): boolean {
    const { present, told } = known;
    if (present === told) return true;
    if (this.#waiting.length >= MAX_EVENTS_WAITING) return false;
    if (present === null) {
      this.#waiting.push({ kind: "health.recovered", person: null, payload: { part } });
    } else {
      const nowMs = this.#nowMs();
      const recent = known.recordedMs.filter((atMs) => atMs > nowMs - FAULT_WINDOW_MS);
      if (recent.length >= MAX_FAULTS_RECORDED) return false;
      known.recordedMs = [...recent, nowMs];
      const more = known.more === 0 ? {} : { more: known.more };
      known.more = 0;
      this.#waiting.push({ kind: "health.fault", person: null, payload: { part, code: present, ...more } });
    }
    known.told = present;
    return true;
  }

  /** One after the other, in order; what the ledger refuses is tried again with the next pulse. */
  async #write(): Promise<void> {
    const record = this.#record;
    if (record === null || this.#isWriting) return;
    this.#isWriting = true;
    try {
      for (let draft = this.#waiting[0]; draft !== undefined; draft = this.#waiting[0]) {
        await record(draft);
        this.#waiting.shift();
        this.#isRefused = false;
      }
    } catch (error) {
      if (!this.#isRefused) this.#log.error({ code: codeOf(error) }, "a part's fault could not be recorded");
      this.#isRefused = true;
    } finally {
      this.#isWriting = false;
    }
  }
}
