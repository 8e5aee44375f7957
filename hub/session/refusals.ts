import type { Scheduler } from "../../protocol/seams.ts";
import type { HubLog } from "../log.ts";

/** The same peer refused for the same reason is logged once in this time; a broken box tries for ever. */
export const REFUSAL_LOG_INTERVAL_MS = 60_000;
/** Peers and reasons remembered; beyond that the oldest is forgotten, and may be logged again. */
const MAX_REMEMBERED = 1_000;

/** Logs refused connections: one line each, and not more than one a minute for the same peer and code. */
export class RefusalLog {
  readonly #log: HubLog;
  readonly #scheduler: Scheduler;
  readonly #remembered = new Map<string, { readonly sinceMs: number; silenced: number }>();

  constructor(log: HubLog, scheduler: Scheduler) {
    this.#log = log;
    this.#scheduler = scheduler;
  }

  /** `peer` is an address, `detail` names what was wrong and repeats nothing that was sent. */
  refused(peer: string, code: string, detail: string): void {
    const key = `${peer}\0${code}`;
    const nowMs = this.#scheduler.nowMs();
    const before = this.#remembered.get(key);
    if (before !== undefined && nowMs - before.sinceMs < REFUSAL_LOG_INTERVAL_MS) {
      before.silenced += 1;
      return;
    }
    this.#remembered.delete(key);
    this.#remembered.set(key, { sinceMs: nowMs, silenced: 0 });
    if (this.#remembered.size > MAX_REMEMBERED) {
      const oldest = this.#remembered.keys().next().value;
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#log.warn({ peer, code, detail, silenced: before?.silenced ?? 0 }, "connection refused");
  }
}
