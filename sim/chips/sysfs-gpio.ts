import type { Scheduler } from "../../hal/ports.ts";
import { errnoError, type KernelFile, type KernelFiles } from "./kernel-files.ts";
import type { NetBoard } from "./nets.ts";
import { SimulatedSysfs } from "./sysfs.ts";

const FOLDER = "/sys/class/gpio";
const EDGES = ["none", "rising", "falling", "both"];
/** What rpi-gpio reads of a Pi 4. */
const CPU_INFO = "Hardware\t: BCM2711\nRevision\t: c03115\n";

export interface SimulatedSysfsGpioOptions {
  readonly nets: NetBoard;
  readonly scheduler: Scheduler;
  /** The sysfs number of line 0: 512 on kernels from 6.6, 0 before. */
  readonly base: number;
  readonly label?: string;
  /** How long udev takes to hand a new line to its group. */
  readonly udevMs?: number;
}

interface ExportedLine {
  direction: "in" | "out";
  edge: string;
  unwatch: () => void;
}

/**
 * A GPIO chip in sysfs (drivers/gpio/gpiolib-sysfs.c) whose lines are nets: it refuses what the kernel refuses, with the kernel's error
 * numbers. A line keeps its direction when it is unexported, and stays exported when its program is gone.
 */
export class SimulatedSysfsGpio implements KernelFiles {
  readonly files: SimulatedSysfs;
  readonly #options: SimulatedSysfsGpioOptions;
  readonly #exported = new Map<number, ExportedLine>();
  readonly #taken = new Set<number>();
  /** Lines that are outputs, exported or not. */
  readonly #outputs = new Set<number>();
  readonly #lines: number;
  #broken = false;
  #reads = 0;

  constructor(options: SimulatedSysfsGpioOptions) {
    this.#options = options;
    const { nets, scheduler, base, label = "pinctrl-bcm2711" } = options;
    this.files = new SimulatedSysfs((run) => scheduler.soon(run));
    let lines = 0;
    while (nets.has(lines)) lines++;
    this.#lines = lines;
    const chip = `${FOLDER}/gpiochip${base}`;
    this.files.add(`${chip}/label`, { read: () => label });
    this.files.add(`${chip}/base`, { read: () => String(base) });
    this.files.add(`${chip}/ngpio`, { read: () => String(lines) });
    this.files.add(`${FOLDER}/export`, { write: (text) => this.#export(Number(text)) });
    this.files.add(`${FOLDER}/unexport`, { write: (text) => this.#unexport(Number(text)) });
    this.files.add("/proc/cpuinfo", { read: () => CPU_INFO });
  }

  /** BCM numbers of the lines that are exported. */
  get exported(): readonly number[] {
    return [...this.#exported.keys()];
  }

  /** How often the level of a line was read. */
  get reads(): number {
    return this.#reads;
  }

  /** Fault: from now on the chip refuses every access to a line. */
  failWith(broken: boolean): void {
    this.#broken = broken;
  }

  /** Another program takes a line through the character device, where sysfs does not show it. */
  take(line: number): void {
    this.#taken.add(line);
  }

  owns(path: string): boolean {
    return path.startsWith(`${FOLDER}/`) || path === "/proc/cpuinfo";
  }

  exists(path: string): boolean {
    return this.files.exists(path);
  }

  open(path: string): KernelFile {
    return this.files.open(path);
  }

  #export(number: number): void {
    const line = number - this.#options.base;
    if (!(line >= 0 && line < this.#lines)) throw errnoError("EINVAL");
    if (this.#exported.has(line) || this.#taken.has(line)) throw errnoError("EBUSY");
    const state: ExportedLine = {
      direction: this.#outputs.has(line) ? "out" : "in",
      edge: "none",
      unwatch: () => undefined,
    };
    this.#exported.set(line, state);
    const { scheduler, udevMs = 0 } = this.#options;
    const folder = `${FOLDER}/gpio${number}`;
    let handedOver = udevMs === 0;
    const show = (): void => {
      handedOver = true;
      if (this.#exported.get(line) === state) this.#addAttributes(folder, line, state, true);
    };
    this.#addAttributes(folder, line, state, handedOver);
    if (!handedOver) scheduler.after(udevMs, show);
  }

  #addAttributes(folder: string, line: number, state: ExportedLine, writable: boolean): void {
    const add = (name: string, read: () => string, write: (text: string) => void): void =>
      this.files.add(`${folder}/${name}`, writable ? { read, write } : { read });
    add(
      "direction",
      () => state.direction,
      (text) => this.#setDirection(line, state, text),
    );
    add(
      "value",
      () => this.#read(line),
      (text) => this.#write(line, state, text),
    );
    add(
      "edge",
      () => state.edge,
      (text) => this.#setEdge(`${folder}/value`, line, state, text),
    );
    add(
      "active_low",
      () => "0",
      () => undefined,
    );
  }

  #unexport(number: number): void {
    const line = number - this.#options.base;
    const state = this.#exported.get(line);
    if (state === undefined) throw errnoError("EINVAL");
    state.unwatch();
    this.#exported.delete(line);
    this.files.removeFolder(`${FOLDER}/gpio${number}`);
  }

  #setDirection(line: number, state: ExportedLine, text: string): void {
    this.#checkChip();
    if (!["in", "out", "low", "high"].includes(text)) throw errnoError("EINVAL");
    if (text === "in") {
      this.#options.nets.setInput(line, "none");
      this.#outputs.delete(line);
    } else {
      // A line whose edges are interrupts cannot become an output (gpiochip_lock_as_irq).
      if (state.edge !== "none") throw errnoError("EIO");
      this.#options.nets.setOutput(line, "push-pull", text === "high");
      this.#outputs.add(line);
    }
    state.direction = text === "in" ? "in" : "out";
  }

  #read(line: number): string {
    this.#reads++;
    this.#checkChip();
    return String((this.#options.nets.levels >> line) & 1);
  }

  #write(line: number, state: ExportedLine, text: string): void {
    this.#checkChip();
    if (state.direction === "in") throw errnoError("EPERM");
    this.#options.nets.write(1 << line, text === "0" ? 0 : 1 << line);
  }

  #setEdge(valuePath: string, line: number, state: ExportedLine, text: string): void {
    if (!EDGES.includes(text)) throw errnoError("EINVAL");
    if (text !== "none" && state.direction === "out") throw errnoError("EIO");
    state.unwatch();
    state.edge = text;
    state.unwatch =
      text === "none"
        ? () => undefined
        : this.#options.nets.watch(1 << line, (_changed, levels) => {
            const rising = (levels & (1 << line)) !== 0;
            if (text === "both" || (text === "rising") === rising) this.files.notify(valuePath);
          });
  }

  #checkChip(): void {
    if (this.#broken) throw errnoError("EIO");
  }
}
