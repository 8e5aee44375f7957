import { HalError } from "../errors.ts";
import type {
  Bcm,
  GpioBank,
  GpioLineRequest,
  GpioLines,
  GpioOp,
  KeyName,
  Keypad,
  KeypadLayout,
  LevelMask,
  Scheduler,
} from "../ports.ts";
import { Backoff } from "../backoff.ts";
import { FaultReporter } from "../fault-reporter.ts";
import { MatrixScanner, type MatrixReading } from "./matrix-scanner.ts";

/**
 * From one row to the reading of the columns: a column that was low rises through its pull-up. 50 kOhm inside the
 * computer (BCM2711 datasheet, GPIO pulls) and 400 pF of keypad and cable reach half the supply in 14 us.
 */
const SETTLE_US = 20;

export interface MatrixKeypadOptions {
  readonly bank: GpioBank;
  readonly scheduler: Scheduler;
  readonly layout: KeypadLayout;
  /** Lines of the rows and columns, in the layout's order. */
  readonly rows: readonly Bcm[];
  readonly columns: readonly Bcm[];
}

/**
 * A matrix keypad on GPIO lines. At rest all rows are low, the columns are pulled up and wait for an edge, and no timer
 * runs. The first edge starts reading, row by row, until nothing is down any more. Rows are open drain: whatever is
 * pressed, two outputs never drive against each other.
 */
export class MatrixKeypad implements Keypad {
  readonly #options: MatrixKeypadOptions;
  readonly #keys: readonly KeyName[];
  readonly #scanner: MatrixScanner;
  readonly #faults = new FaultReporter();
  readonly #backoff: Backoff;
  readonly #scanOps: readonly GpioOp[];
  readonly #restOps: readonly GpioOp[];
  readonly #stopped: Promise<void>;
  #listener: (key: KeyName) => void = () => undefined;
  #closed = false;
  /** Ends the wait that is under way, for close. */
  #wake: () => void = () => undefined;

  /** Opens the lines in the background; trouble is reported to `onFault`. Throws RangeError when lines and layout differ. */
  constructor(options: MatrixKeypadOptions) {
    const { layout, rows, columns } = options;
    if (layout.length !== rows.length || layout.some((keys) => keys.length !== columns.length)) {
      throw new RangeError(
        `the keypad's layout does not have ${rows.length} rows and ${columns.length} columns`,
      );
    }
    this.#options = options;
    this.#keys = layout.flat();
    this.#scanner = new MatrixScanner(rows.length, columns.length);
    this.#backoff = new Backoff(options.scheduler);
    const allRows = (1 << rows.length) - 1;
    this.#restOps = [
      { op: "write", mask: allRows, levels: 0 },
      { op: "delayUs", us: SETTLE_US },
      { op: "read" },
    ];
    this.#scanOps = [
      ...rows.flatMap((_, row): GpioOp[] => [
        { op: "write", mask: allRows, levels: allRows & ~(1 << row) },
        { op: "delayUs", us: SETTLE_US },
        { op: "read" },
      ]),
      { op: "write", mask: allRows, levels: 0 },
    ];
    this.#stopped = this.#serve();
  }

  onPress(listener: (key: KeyName) => void): void {
    this.#listener = listener;
  }

  onFault(listener: (error: HalError) => void): void {
    this.#faults.onFault(listener);
  }

  onRecovered(listener: () => void): void {
    this.#faults.onRecovered(listener);
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#backoff.close();
    this.#wake();
    await this.#stopped;
  }

  async #serve(): Promise<void> {
    while (!this.#closed) {
      let lines: GpioLines | null = null;
      try {
        lines = await this.#options.bank.open("punchbox keypad", this.#lineRequests());
        await this.#watch(lines);
      } catch (cause) {
        this.#faults.begin(
          "io",
          new HalError("hal.keypad.io", "the keypad's lines cannot be read", { cause }),
        );
      }
      // Lines that failed may fail again at closing; opening them anew will tell.
      await lines?.close().catch(() => undefined);
      await this.#backoff.wait();
    }
  }

  async #watch(lines: GpioLines): Promise<void> {
    this.#scanner.reset();
    this.#faults.end("stuck");
    while (!this.#closed) {
      await this.#rest(lines);
      await this.#scanWhileDown(lines);
    }
  }

  /** Waits, without a timer, until something is down. */
  async #rest(lines: GpioLines): Promise<void> {
    const edge = this.#until((wake) => lines.onEdge(wake));
    // What closed before the edge was armed shows in this reading, what closes after it makes an edge.
    const [levels = 0] = await lines.run(this.#restOps);
    this.#backoff.reset();
    this.#faults.end("io");
    if (this.#columnsLow(levels) === 0) await edge;
    // While scanning, rows move and with them the columns of held keys: no edge of theirs is news.
    lines.onEdge(null);
  }

  async #scanWhileDown(lines: GpioLines): Promise<void> {
    while (!this.#closed) {
      const readings = await lines.run(this.#scanOps);
      const { presses, nextScanMs, stuck } = this.#scanner.scan(
        this.#matrixReading(readings),
        this.#options.scheduler.nowMs(),
      );
      if (stuck > 0)
        this.#faults.begin("stuck", new HalError("hal.keypad.stuck", "a key has been down for 30 s"));
      else this.#faults.end("stuck");
      for (const index of presses) {
        const key = this.#keys[index];
        if (key !== undefined) this.#listener(key);
      }
      if (nextScanMs === null) return;
      await this.#until((wake) => this.#options.scheduler.after(nextScanMs, wake));
    }
  }

  /** Waits for `wake`, which `arrange` hands to whoever will call it, or for close. */
  #until(arrange: (wake: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      arrange(resolve);
    });
  }

  #columnsLow(levels: LevelMask): number {
    const { rows, columns } = this.#options;
    return (~levels >> rows.length) & ((1 << columns.length) - 1);
  }

  #matrixReading(readings: readonly LevelMask[]): MatrixReading {
    let matrix = 0;
    let place = 0;
    for (const levels of readings) {
      matrix |= this.#columnsLow(levels) << place;
      place += this.#options.columns.length;
    }
    return matrix;
  }

  #lineRequests(): GpioLineRequest[] {
    const { rows, columns } = this.#options;
    return [
      ...rows.map((bcm): GpioLineRequest => ({ bcm, direction: "out", drive: "open-drain", initial: false })),
      ...columns.map((bcm): GpioLineRequest => ({ bcm, direction: "in", pull: "up", edges: "both" })),
    ];
  }
}
