import type { Claims } from "../claims.ts";
import { errnoOf } from "../errno.ts";
import { HalError } from "../errors.ts";
import {
  MAX_LINES_PER_GROUP,
  type Bcm,
  type GpioBank,
  type GpioLineRequest,
  type GpioLines,
  type Scheduler,
} from "../ports.ts";
import type { SysfsFiles } from "../sysfs.ts";
import { findSysfsChip, GPIO_FOLDER, type SysfsChip } from "./sysfs-chip.ts";
import { SysfsLines, type SysfsLine } from "./sysfs-lines.ts";

/** udev gives new lines to the group gpio; that takes some ten milliseconds after the export. */
const SETTLE_LIMIT_MS = 1_000;
const SETTLE_STEP_MS = 10;

/** `high` and `low` make an output that begins at this level, without a glitch. */
export type SysfsDirection = "in" | "high" | "low";

export interface SysfsLineRequest {
  readonly bcm: Bcm;
  /** As sysfs numbers it: the chip's base and the BCM number. */
  readonly number: number;
  readonly direction: SysfsDirection;
  readonly edges: boolean;
}

/** An npm package that drives exported lines. */
export interface SysfsPackage {
  readonly name: "onoff" | "rpi-gpio";
  /** Takes a line that is exported. */
  open(line: SysfsLineRequest): Promise<SysfsLine>;
}

export interface SysfsBankOptions {
  readonly package: SysfsPackage;
  readonly files: SysfsFiles;
  readonly claims: Claims;
  readonly scheduler: Scheduler;
  /** Busy-waits for up to MAX_GPIO_DELAY_US. */
  readonly spinUs: (us: number) => void;
}

/**
 * The header's lines through sysfs and an npm package. sysfs has no pulls: they are resistors on the board, or set at boot in config.txt
 * (`gpio=12,16,20,21=ip,pu`), and what a request says of them is passed over. It has no open drain either: here that is an input
 * where it is released and a low output where it pulls, so that two outputs are never driven against each other. Lines of one write change one
 * after the other, in the group's order, and edges are stamped when they are told.
 */
export class SysfsBank implements GpioBank {
  readonly #options: SysfsBankOptions;
  readonly #held = new Set<Bcm>();
  #chip: SysfsChip | null = null;

  constructor(options: SysfsBankOptions) {
    this.#options = options;
  }

  get name(): string {
    const chip = this.#chip;
    const { name } = this.#options.package;
    return chip === null
      ? name
      : `${name} ${chip.label} (sysfs base ${chip.base}, pulls from the board only)`;
  }

  /** Finds the header's chip; throws HalError `hal.gpio.*` with what is in the way. */
  find(): SysfsChip {
    this.#chip = findSysfsChip(this.#options.files);
    if (!this.#options.files.writable(`${GPIO_FOLDER}/export`)) throw denied(`${GPIO_FOLDER}/export`);
    return this.#chip;
  }

  async open(consumer: string, lines: readonly GpioLineRequest[]): Promise<GpioLines> {
    const { scheduler, spinUs } = this.#options;
    const numbered = this.#number(consumer, lines);
    for (const { bcm } of lines) this.#held.add(bcm);
    const exported: SysfsLineRequest[] = [];
    const opened: SysfsLine[] = [];
    const free = async (): Promise<void> => {
      for (const line of opened) await line.close().catch(() => undefined);
      for (const line of exported) this.#unexport(line.number);
      for (const { bcm } of lines) this.#held.delete(bcm);
    };
    try {
      // All lines first, so that nothing is driven while one of them may still be refused.
      for (const line of numbered) {
        this.#export(consumer, line);
        exported.push(line);
      }
      for (const line of numbered) await this.#settle(line);
      for (const line of numbered) opened.push(await this.#options.package.open(line));
    } catch (cause) {
      await free();
      throw cause instanceof HalError ? cause : ioError(`${consumer}: its lines cannot be set up`, cause);
    }
    return new SysfsLines({ requests: lines, lines: opened, scheduler, spinUs, free });
  }

  #number(consumer: string, lines: readonly GpioLineRequest[]): SysfsLineRequest[] {
    if (lines.length < 1 || lines.length > MAX_LINES_PER_GROUP) {
      throw new HalError("hal.gpio.io", `${consumer}: a group has 1 to ${MAX_LINES_PER_GROUP} lines`);
    }
    const chip = this.find();
    const asked = new Set<Bcm>();
    return lines.map((line) => {
      const { bcm } = line;
      if (bcm >= chip.lines) throw new HalError("hal.gpio.absent", `${this.name} has no GPIO${bcm}`);
      if (asked.has(bcm)) throw new HalError("hal.gpio.busy", `${consumer}: GPIO${bcm} is asked for twice`);
      if (this.#held.has(bcm)) {
        throw new HalError("hal.gpio.busy", `${consumer}: GPIO${bcm} is in use by another part`);
      }
      asked.add(bcm);
      const number = chip.base + bcm;
      return line.direction === "in"
        ? { bcm, number, direction: "in", edges: line.edges === "both" }
        : { bcm, number, direction: firstDirection(line), edges: false };
    });
  }

  #export(consumer: string, { bcm, number }: SysfsLineRequest): void {
    const { files, claims } = this.#options;
    if (files.exists(folderOf(number))) {
      if (!claims.abandoned(claimOf(number))) {
        throw new HalError(
          "hal.gpio.busy",
          `${consumer}: GPIO${bcm} is exported in sysfs by another program; if that is gone, \`echo ${number} > ${GPIO_FOLDER}/unexport\` frees it`,
        );
      }
      this.#unexport(number);
    }
    try {
      files.write(`${GPIO_FOLDER}/export`, String(number));
    } catch (cause) {
      throw exportError(consumer, bcm, cause);
    }
    claims.add(claimOf(number));
  }

  #unexport(number: number): void {
    const { files, claims } = this.#options;
    try {
      if (files.exists(folderOf(number))) files.write(`${GPIO_FOLDER}/unexport`, String(number));
      claims.remove(claimOf(number));
    } catch {
      // It stays claimed, and the next life frees it.
    }
  }

  async #settle({ number, edges }: SysfsLineRequest): Promise<void> {
    const { files, scheduler } = this.#options;
    const attributes = ["direction", "value", ...(edges ? ["edge"] : [])];
    const limitMs = scheduler.nowMs() + SETTLE_LIMIT_MS;
    for (;;) {
      const closed = attributes.find((name) => !files.writable(`${folderOf(number)}/${name}`));
      if (closed === undefined) break;
      if (scheduler.nowMs() >= limitMs) throw denied(`${folderOf(number)}/${closed}`);
      await new Promise<void>((resolve) => scheduler.after(SETTLE_STEP_MS, resolve));
    }
    // A line that cannot be read is known now: a package may try for long.
    files.read(`${folderOf(number)}/value`);
  }
}

/** Where an exported line's attributes are. */
export function folderOf(number: number): string {
  return `${GPIO_FOLDER}/gpio${number}`;
}

function claimOf(number: number): string {
  return `gpio-${number}`;
}

function firstDirection(line: GpioLineRequest & { readonly direction: "out" }): SysfsDirection {
  if (!line.initial) return "low";
  return line.drive === "open-drain" ? "in" : "high";
}

function denied(path: string): HalError {
  return new HalError(
    "hal.gpio.denied",
    `${path} may not be written: is this user in the group gpio, and /sys not read-only for this service?`,
  );
}

/** What the kernel's answers to an export mean (drivers/gpio/gpiolib-sysfs.c). */
function exportError(consumer: string, bcm: Bcm, cause: unknown): HalError {
  switch (errnoOf(cause).code) {
    case "EBUSY":
      return new HalError("hal.gpio.busy", `${consumer}: GPIO${bcm} is in use by another program`, { cause });
    case "EINVAL":
      return new HalError("hal.gpio.absent", `${consumer}: there is no GPIO${bcm} in sysfs`, { cause });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return denied(`${GPIO_FOLDER}/export`);
    default:
      return ioError(`${consumer}: GPIO${bcm} cannot be exported`, cause);
  }
}

/** An error of a package or of the kernel below it. */
function ioError(what: string, cause: unknown): HalError {
  const { code } = errnoOf(cause);
  if (code === "EACCES") return denied(`${GPIO_FOLDER}/gpioN`);
  return new HalError("hal.gpio.io", code === "" ? what : `${what} (${code})`, { cause });
}
