import { HalError } from "../errors.ts";
import type { GpioEdge, GpioLineRequest, GpioLines, GpioOp, LevelMask, Scheduler } from "../ports.ts";
import { checkOps } from "./check-ops.ts";

/** Transactions of one group that wait for their turn; callers that never wait are refused beyond it. */
const MAX_WAITING_RUNS = 64;

/** One exported line, as a package drives it. */
export interface SysfsLine {
  read(): Promise<boolean>;
  /** Sets an output's level. */
  write(high: boolean): Promise<void>;
  /** `low` is an output that pulls low, without having been high. */
  setDirection(direction: "in" | "low"): Promise<void>;
  /** Tells each edge from now on, with the level after it; null ends it. Told are none from before the call. */
  watch(listener: ((high: boolean) => void) | null): void;
  /** The line becomes an input and the package lets go of it. */
  close(): Promise<void>;
}

export interface SysfsLinesOptions {
  readonly requests: readonly GpioLineRequest[];
  /** In the order of the requests. */
  readonly lines: readonly SysfsLine[];
  readonly scheduler: Scheduler;
  readonly spinUs: (us: number) => void;
  /** Closes the lines and gives them back. */
  readonly free: () => Promise<void>;
}

/** A group of lines, each a file of its own: transactions run one after the other, each line in its turn. */
export class SysfsLines implements GpioLines {
  readonly #options: SysfsLinesOptions;
  /** Levels that outputs have for certain: what is so already is not written again. */
  readonly #written: (boolean | null)[];
  #free: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #listener: ((edge: GpioEdge) => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: SysfsLinesOptions) {
    this.#options = options;
    this.#written = options.requests.map((line) => (line.direction === "out" ? line.initial : null));
  }

  async run(ops: readonly GpioOp[]): Promise<readonly LevelMask[]> {
    checkOps(ops);
    if (this.#waiting >= MAX_WAITING_RUNS) {
      throw new HalError("hal.gpio.io", "too many transactions are waiting for these GPIO lines");
    }
    this.#waiting++;
    const result = this.#free.then(() => this.#run(ops));
    this.#free = result.catch(() => undefined).then(() => this.#waiting--);
    return result;
  }

  onEdge(listener: ((edge: GpioEdge) => void) | null): void {
    if (this.#closing !== null) return;
    const before = this.#listener;
    this.#listener = listener;
    if ((before === null) === (listener === null)) return;
    for (const [line, request] of this.#options.requests.entries()) {
      if (request.direction !== "in" || request.edges !== "both") continue;
      this.#options.lines[line]?.watch(
        listener === null
          ? null
          : (rising) => this.#listener?.({ line, rising, atMs: this.#options.scheduler.nowMs() }),
      );
    }
  }

  close(): Promise<void> {
    if (this.#closing === null) {
      this.onEdge(null);
      this.#closing = this.#free.then(() => this.#options.free());
    }
    return this.#closing;
  }

  async #run(ops: readonly GpioOp[]): Promise<readonly LevelMask[]> {
    if (this.#closing !== null) throw new HalError("hal.gpio.closed", "these GPIO lines are closed");
    const readings: LevelMask[] = [];
    try {
      for (const operation of ops) {
        if (operation.op === "write") await this.#write(operation.mask, operation.levels);
        else if (operation.op === "read") readings.push(await this.#read());
        else this.#options.spinUs(operation.us);
      }
    } catch (cause) {
      throw new HalError("hal.gpio.io", "GPIO lines cannot be set or read", { cause });
    }
    return readings;
  }

  async #write(mask: LevelMask, levels: LevelMask): Promise<void> {
    for (const [index, request] of this.#options.requests.entries()) {
      const bit = 1 << index;
      const high = (levels & bit) !== 0;
      if ((mask & bit) === 0 || request.direction === "in" || this.#written[index] === high) continue;
      this.#written[index] = null;
      const line = this.#options.lines[index];
      if (request.drive === "push-pull") await line?.write(high);
      else await line?.setDirection(high ? "in" : "low");
      this.#written[index] = high;
    }
  }

  async #read(): Promise<LevelMask> {
    const levels = await Promise.all(this.#options.lines.map((line) => line.read()));
    return levels.reduce((mask, high, index) => (high ? mask | (1 << index) : mask), 0);
  }
}
