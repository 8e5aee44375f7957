import { HalError } from "../errors.ts";
import {
  PROBE_LIMIT_MS,
  type Bcm,
  type GpioBank,
  type GpioLineRequest,
  type GpioLines,
  type GpioOp,
  type KeyName,
  type Keypad,
  type KeypadLayout,
  type LevelMask,
  type Scheduler,
  type Timer,
} from "../ports.ts";
import { Backoff } from "../backoff.ts";
import { FaultReporter } from "../fault-reporter.ts";
import { problemOfLayout } from "./layouts.ts";
import {
  CONFIRM_MS,
  LONGEST_BOUNCE_MS,
  MatrixScanner,
  STUCK_AFTER_MS,
  STUCK_SCAN_INTERVAL_MS,
  type ScanResult,
} from "./matrix-scanner.ts";

/**
 * From one row to the reading of the columns: a column that was low rises through its pull-up. 50 kOhm inside the
 * computer (BCM2711 datasheet, GPIO pulls) and 400 pF of keypad and cable reach half the supply in 14 us.
 */
const SETTLE_US = 20;

export interface MatrixKeypadOptions {
  readonly bank: GpioBank;
  readonly scheduler: Scheduler;
  /** Any that {@link problemOfLayout} has nothing against. */
  readonly layout: KeypadLayout;
  /** Lines of the rows and columns, in the layout's order. */
  readonly rows: readonly Bcm[];
  readonly columns: readonly Bcm[];
}

/** What a matrix at rest waits for besides an edge. */
interface Rest {
  /** Columns that stuck keys hold low. */
  readonly lowColumns: LevelMask;
  readonly nextScanMs: number | null;
}
const FREE: Rest = { lowColumns: 0, nextScanMs: null };

/**
 * How often in a row a column may read low at rest while no reading finds its key, before it is left as it is: for longer than
 * contacts bounce. Dirty contacts side by side can do that for ever: together they pull the column low, one by one they do not.
 */
const MAX_FRUITLESS_SCANS = (2 * LONGEST_BOUNCE_MS) / CONFIRM_MS;

/**
 * A matrix keypad on GPIO lines. At rest all rows are low, the columns are pulled up and wait for an edge, and no timer
 * runs. The first edge starts reading, row by row, until nothing is down any more. Rows are open drain: whatever is
 * pressed, two outputs never drive against each other.
 *
 * A stuck key joins its row to its column. No levels at rest would then make an edge for every other key: of any row, any
 * column and that joined pair, two would have the same level. So all rows stay low: keys of the other columns make their
 * edge at once, as does the stuck key when it opens, and those of its own column are looked for by a timer, seldom or, while somebody
 * types, often enough.
 */
export class MatrixKeypad implements Keypad {
  readonly #options: MatrixKeypadOptions;
  readonly #keys: readonly (KeyName | null)[];
  readonly #scanner: MatrixScanner;
  readonly #faults = new FaultReporter();
  readonly #backoff: Backoff;
  readonly #scanOps: readonly GpioOp[];
  readonly #restOps: readonly GpioOp[];
  readonly #stopped: Promise<void>;
  #listener: (key: KeyName) => void = () => undefined;
  #stuck: readonly number[] = [];
  #lines: GpioLines | null = null;
  #opening: Promise<unknown> = Promise.resolve();
  /** Scans in a row that found nothing though a column read low at rest. */
  #fruitless = 0;
  #closed = false;
  /** Why a probe found the lines lost. */
  #lost: Error | null = null;
  /** End what is under way: a wait, for close and for lost lines; a transaction that may never end, for lost lines. */
  #wake: () => void = () => undefined;
  #abandon: (cause: Error) => void = () => undefined;

  /** Opens the lines in the background; trouble is reported to `onFault`. Throws RangeError when lines and layout differ. */
  constructor(options: MatrixKeypadOptions) {
    const { layout, rows, columns } = options;
    const problem = problemOfLayout(layout, rows.length, columns.length);
    if (problem !== null) throw new RangeError(problem);
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

  /** Reads the lines once. Lines that fail at it, or do not answer, are opened anew. */
  async probe(): Promise<void> {
    const lines = this.#lines;
    const failed = (cause: unknown): void => {
      if (this.#closed || lines !== this.#lines) return;
      this.#lost = this.#reportLost(cause);
      this.#wake();
      this.#abandon(this.#lost);
    };
    await new Promise<void>((resolve) => {
      const timer = this.#options.scheduler.after(PROBE_LIMIT_MS, () => {
        failed(new Error(`no answer within ${PROBE_LIMIT_MS} ms`));
        resolve();
      });
      const answered = lines === null ? this.#opening : lines.run([{ op: "read" }]);
      void answered.catch(failed).then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#backoff.close();
    this.#wake();
    await this.#stopped;
  }

  async #serve(): Promise<void> {
    while (!this.#closed) {
      try {
        const opening = this.#options.bank.open("punchbox keypad", this.#lineRequests());
        // Whoever probes meanwhile waits for this; what came of it is told below.
        this.#opening = opening.catch(() => undefined);
        this.#lines = await opening;
        this.#lost = null;
        await this.#watch(this.#lines);
      } catch (cause) {
        this.#reportLost(cause);
      }
      const lines = this.#lines;
      this.#lines = null;
      this.#opening = Promise.resolve();
      // Lines that failed may fail again at closing; opening them anew will tell.
      await lines?.close().catch(() => undefined);
      await this.#backoff.wait();
    }
  }

  #reportLost(cause: unknown): HalError {
    const error = new HalError("hal.keypad.io", "the keypad's lines cannot be read", { cause });
    this.#faults.begin("io", error);
    return error;
  }

  async #watch(lines: GpioLines): Promise<void> {
    this.#scanner.reset();
    this.#reportStuck([]);
    let rest = FREE;
    while (!this.#closed) {
      await this.#rest(lines, rest);
      rest = await this.#scanWhileDown(lines);
    }
  }

  /** Waits until something is down that was not, or a stuck key has opened, or a reading is due. */
  async #rest(lines: GpioLines, { lowColumns, nextScanMs }: Rest): Promise<void> {
    const woken = this.#until((wake) =>
      lines.onEdge(() => {
        // Something moves: how it was until now says nothing about it.
        this.#fruitless = Math.min(this.#fruitless, 1);
        wake();
      }),
    );
    const after = (delayMs: number, run: () => void): Timer => this.#options.scheduler.after(delayMs, run);
    const timers = nextScanMs === null ? [] : [after(nextScanMs, this.#wake)];
    try {
      // What closed before the edge was armed shows in this reading, what closes after it makes an edge.
      const [levels = 0] = await this.#run(lines, this.#restOps);
      this.#backoff.reset();
      this.#faults.end("io");
      if (this.#columnsLow(levels) === lowColumns) this.#fruitless = 0;
      else if (this.#fruitless++ === 0) return;
      else {
        const delayMs = this.#fruitless > MAX_FRUITLESS_SCANS ? STUCK_SCAN_INTERVAL_MS : CONFIRM_MS;
        timers.push(after(delayMs, this.#wake));
      }
      await woken;
    } finally {
      for (const timer of timers) timer.cancel();
      // While scanning, rows move and with them the columns of held keys: no edge of theirs is news.
      lines.onEdge(null);
    }
  }

  async #scanWhileDown(lines: GpioLines): Promise<Rest> {
    while (!this.#closed) {
      const readings = await this.#run(lines, this.#scanOps);
      const columnsLow = readings.map((levels) => this.#columnsLow(levels));
      const result = this.#scanner.scan(columnsLow, this.#options.scheduler.nowMs());
      this.#report(result);
      if (!result.resting) this.#fruitless = 0;
      const { resting, nextScanMs } = result;
      const lowColumns = columnsLow.reduce((all, columns) => all | columns, 0);
      if (resting) return { lowColumns, nextScanMs };
      if (nextScanMs !== null) await this.#untilNextScan(lines, lowColumns, nextScanMs);
    }
    return FREE;
  }

  /** Waits until a reading is due, or a column falls that was high: another key, which need not wait for the reading. */
  async #untilNextScan(lines: GpioLines, lowColumns: number, nextScanMs: number): Promise<void> {
    const woken = this.#until((wake) =>
      lines.onEdge(({ line, rising }) => {
        if (!rising && ((lowColumns >> (line - this.#options.rows.length)) & 1) === 0) wake();
      }),
    );
    const timer = this.#options.scheduler.after(nextScanMs, this.#wake);
    await woken;
    timer.cancel();
    lines.onEdge(null);
  }

  #report({ presses, stuck }: ScanResult): void {
    this.#reportStuck(stuck);
    for (const index of presses) {
      const key = this.#keys[index] ?? null;
      if (key !== null) this.#listener(key);
    }
  }

  #reportStuck(stuck: readonly number[]): void {
    for (const index of stuck) {
      if (this.#stuck.includes(index)) continue;
      const columns = this.#options.columns.length;
      const [row, column] = [Math.trunc(index / columns), index % columns];
      this.#faults.begin(
        `stuck ${index}`,
        new HalError(
          "hal.keypad.stuck",
          `the key in row ${row + 1}, column ${column + 1} (GPIO${this.#options.rows[row]}, GPIO${this.#options.columns[column]}) ` +
            `has been down for ${STUCK_AFTER_MS / 1000} s and is left out until it comes up: free it, or look for a short between its lines`,
        ),
      );
    }
    for (const index of this.#stuck) if (!stuck.includes(index)) this.#faults.end(`stuck ${index}`);
    this.#stuck = stuck;
  }

  #run(lines: GpioLines, operations: readonly GpioOp[]): Promise<readonly LevelMask[]> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#abandon = reject;
      lines.run(operations).then(resolve, reject);
    });
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

  #lineRequests(): GpioLineRequest[] {
    const { rows, columns } = this.#options;
    return [
      ...rows.map((bcm): GpioLineRequest => ({ bcm, direction: "out", drive: "open-drain", initial: false })),
      ...columns.map((bcm): GpioLineRequest => ({ bcm, direction: "in", pull: "up", edges: "both" })),
    ];
  }
}
