import { FIRST_REOPEN_MS, LONGEST_REOPEN_MS } from "./backoff.ts";
import { HalError } from "./errors.ts";
import { FaultReporter } from "./fault-reporter.ts";
import { within } from "./limit.ts";
import { PROBE_LIMIT_MS, type PartHealth, type Scheduler } from "./ports.ts";

export interface KeptOpenOptions<Handle> {
  readonly scheduler: Scheduler;
  readonly open: () => Promise<Handle>;
  /** Asks an open handle whether it still works; changes nothing. */
  readonly check: (handle: Handle) => Promise<unknown>;
  /** Called with each new handle. */
  readonly onOpen: (handle: Handle) => void;
  /** Called whenever a handle fails, or cannot be had. */
  readonly onLost: () => void;
  /** Makes the part's error of what went wrong. */
  readonly faultOf: (cause: unknown) => HalError;
}

/**
 * The lines of a part that only speaks when it is spoken to. What fails is closed and opened again when the part is used or probed, at first
 * soon, then ever more rarely; no timer runs for it.
 */
export class KeptOpen<Handle extends { close(): Promise<void> }> implements PartHealth {
  readonly #options: KeptOpenOptions<Handle>;
  readonly #faults = new FaultReporter();
  #handle: Handle | null = null;
  #opening: Promise<void> | null = null;
  #nextDelayMs = FIRST_REOPEN_MS;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** Begins to open at once. */
  constructor(options: KeptOpenOptions<Handle>) {
    this.#options = options;
    this.wake();
  }

  /** The handle; null while there is none. */
  get handle(): Handle | null {
    return this.#handle;
  }

  onFault(listener: (error: HalError) => void): void {
    this.#faults.onFault(listener);
  }

  onRecovered(listener: () => void): void {
    this.#faults.onRecovered(listener);
  }

  /** Opens if it is not open, and the time for the next try has come. Whether it is open or being opened. */
  wake(): boolean {
    if (this.#closed) return false;
    if (this.#handle !== null || this.#opening !== null) return true;
    if (this.#options.scheduler.nowMs() < this.#notBeforeMs) return false;
    this.#opening = this.#open().finally(() => (this.#opening = null));
    return true;
  }

  /** Something failed on `handle`: it is closed, and the fault reported. A handle that was given up before is past caring. */
  fail(handle: Handle, cause: unknown): void {
    if (this.#handle !== handle) return;
    this.#handle = null;
    this.#report(cause);
    // Closing may fail for the same reason; there is nothing more to do about it.
    handle.close().catch(() => undefined);
  }

  async probe(): Promise<void> {
    this.wake();
    const { scheduler, check } = this.#options;
    if (this.#opening !== null) {
      await within(scheduler, PROBE_LIMIT_MS, this.#opening, noAnswer).catch((cause: unknown) => {
        if (!this.#closed) this.#report(cause);
      });
      return;
    }
    const handle = this.#handle;
    if (handle === null) return;
    await within(scheduler, PROBE_LIMIT_MS, check(handle), noAnswer).catch((cause: unknown) =>
      this.fail(handle, cause),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#opening !== null) {
      await within(this.#options.scheduler, PROBE_LIMIT_MS, this.#opening, noAnswer).catch(() => undefined);
    }
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => undefined);
  }

  async #open(): Promise<void> {
    let handle: Handle;
    try {
      handle = await this.#openChecked();
    } catch (cause) {
      if (!this.#closed) this.#report(cause);
      return;
    }
    if (this.#closed) {
      await handle.close().catch(() => undefined);
      return;
    }
    this.#handle = handle;
    this.#nextDelayMs = FIRST_REOPEN_MS;
    this.#faults.end("io");
    this.#options.onOpen(handle);
  }

  /** What opens and then fails at once was not there: without asking, each try would look like a recovery. */
  async #openChecked(): Promise<Handle> {
    const { scheduler, open, check } = this.#options;
    const handle = await open();
    try {
      await within(scheduler, PROBE_LIMIT_MS, check(handle), noAnswer);
    } catch (cause) {
      await handle.close().catch(() => undefined);
      throw cause;
    }
    return handle;
  }

  #report(cause: unknown): void {
    this.#notBeforeMs = this.#options.scheduler.nowMs() + this.#nextDelayMs;
    this.#nextDelayMs = Math.min(LONGEST_REOPEN_MS, 2 * this.#nextDelayMs);
    this.#options.onLost();
    this.#faults.begin("io", this.#options.faultOf(cause));
  }
}

function noAnswer(): HalError {
  return new HalError("hal.gpio.io", `no answer in ${PROBE_LIMIT_MS} ms`);
}

/** What a cause says, for the end of a message. */
export function because(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : "";
}
