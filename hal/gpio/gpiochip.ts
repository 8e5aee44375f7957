import { HalError } from "../errors.ts";
import {
  MAX_LINES_PER_GROUP,
  type GpioBank,
  type GpioEdge,
  type GpioLineRequest,
  type GpioLines,
  type GpioOp,
  type LevelMask,
  type Scheduler,
} from "../ports.ts";
import { attempt } from "./attempt.ts";
import { checkOps } from "./check-ops.ts";
import { chipInfo, HEADER_CHIP_LABELS, lineInfo } from "./chip-info.ts";
import { encodeLineRequest } from "./line-request.ts";
import {
  ERRNO,
  EVENT_RISING,
  FLAG,
  GET_LINE,
  GET_VALUES,
  LINE_CONFIG,
  LINE_EVENT,
  LINE_REQUEST,
  LINE_VALUES,
  SET_CONFIG,
  SET_VALUES,
  type GpioKernel,
} from "./uapi.ts";

/** Edges taken from the kernel at once; more are waiting when it says so again. */
const EVENTS_PER_READ = 64;
const NS_PER_MS = 1e6;

export interface GpiochipOptions {
  readonly kernel: GpioKernel;
  readonly scheduler: Scheduler;
  /** Busy-waits for up to MAX_GPIO_DELAY_US. */
  readonly spinUs: (us: number) => void;
  readonly labels?: readonly string[];
}

/** The header's GPIO lines through Linux's character device. */
export class GpiochipBank implements GpioBank {
  readonly #options: GpiochipOptions;
  #label = "";

  constructor(options: GpiochipOptions) {
    this.#options = options;
  }

  get name(): string {
    return `gpiochip ${this.#label}`.trimEnd();
  }

  open(consumer: string, lines: readonly GpioLineRequest[]): Promise<GpioLines> {
    return attempt(() => this.#open(consumer, lines));
  }

  /** Finds the header's chip, and asks it for a line as Linux answers since 5.10. Rejects with what is in the way. */
  find(): Promise<void> {
    return attempt(() => {
      const { kernel } = this.#options;
      const chip = this.#openHeaderChip();
      const line = lineInfo(kernel, chip.fd, 0);
      kernel.close(chip.fd);
      if (line === -ERRNO.invalid || line === -ERRNO.noSuchRequest) {
        throw new HalError(
          "hal.gpio.unsupported",
          `${this.name}: this kernel is older than Linux 5.10 and has no second GPIO character device interface`,
        );
      }
      if (typeof line === "number") throw systemCallError(`${this.name} does not answer`, line);
    });
  }

  #open(consumer: string, lines: readonly GpioLineRequest[]): GpioLines {
    if (lines.length < 1 || lines.length > MAX_LINES_PER_GROUP) {
      throw new HalError("hal.gpio.io", `${consumer}: a group has 1 to ${MAX_LINES_PER_GROUP} lines`);
    }
    const { kernel } = this.#options;
    const chip = this.#openHeaderChip();
    try {
      const missing = lines.find(({ bcm }) => bcm >= chip.lineCount);
      if (missing !== undefined)
        throw new HalError("hal.gpio.absent", `${this.name} has no GPIO${missing.bcm}`);
      // Asked before: the kernel sets up one line after the other, and leaves those before a held one as they then are.
      const held = whoHolds(kernel, chip.fd, lines);
      if (held !== null) throw new HalError("hal.gpio.busy", `${consumer}: ${held}`);
      const request = encodeLineRequest(consumer, lines);
      const result = kernel.ioctl(chip.fd, GET_LINE, request);
      if (result === -ERRNO.busy) {
        const holder = whoHolds(kernel, chip.fd, lines) ?? "a line is in use by another program";
        throw new HalError("hal.gpio.busy", `${consumer}: ${holder}`);
      }
      if (result < 0) {
        const names = lines.map(({ bcm }) => `GPIO${bcm}`).join(", ");
        throw systemCallError(`${consumer}: the kernel refuses ${names}`, result);
      }
      const fd = new DataView(request.buffer).getInt32(LINE_REQUEST.fd, true);
      return new GpiochipLines(fd, lines, this.#options);
    } finally {
      kernel.close(chip.fd);
    }
  }

  #openHeaderChip(): { readonly fd: number; readonly lineCount: number } {
    const { kernel } = this.#options;
    const labels = this.#options.labels ?? HEADER_CHIP_LABELS;
    const others: string[] = [];
    let refused = 0;
    for (const path of kernel.chipPaths()) {
      const fd = kernel.open(path);
      if (fd < 0) {
        refused = fd;
        continue;
      }
      const info = chipInfo(kernel, fd);
      if (typeof info !== "number" && labels.includes(info.label)) {
        this.#label = info.label;
        return { fd, lineCount: info.lines };
      }
      kernel.close(fd);
      if (typeof info === "number") refused = info;
      else others.push(info.label);
    }
    if (refused !== 0) throw systemCallError("a GPIO chip cannot be opened", refused);
    const instead = others.length === 0 ? "there is none at all" : `there are ${others.join(", ")}`;
    throw new HalError(
      "hal.gpio.absent",
      `no GPIO chip is labelled ${labels.join(" or ")}, ${instead}; is this a Raspberry Pi?`,
    );
  }
}

/** Which of these lines somebody holds, and who; null when nobody does. The kernel's refusal says only that one is held. */
function whoHolds(kernel: GpioKernel, chipFd: number, lines: readonly GpioLineRequest[]): string | null {
  for (const [index, { bcm }] of lines.entries()) {
    if (lines.findIndex((line) => line.bcm === bcm) < index) return `GPIO${bcm} is asked for twice`;
    const info = lineInfo(kernel, chipFd, bcm);
    if (typeof info === "number" || info.consumer === null) continue;
    return `GPIO${bcm} is in use by ${info.consumer === "" ? "another program" : `"${info.consumer}"`}`;
  }
  return null;
}

class GpiochipLines implements GpioLines {
  readonly #options: GpiochipOptions;
  readonly #values = new Uint8Array(LINE_VALUES.bytes);
  readonly #valuesView = new DataView(this.#values.buffer);
  readonly #events = new Uint8Array(LINE_EVENT.bytes * EVENTS_PER_READ);
  readonly #eventsView = new DataView(this.#events.buffer);
  readonly #lineOfOffset: ReadonlyMap<number, number>;
  readonly #all: LevelMask;
  /** Whether any of the lines is an output. */
  readonly #drives: boolean;
  #fd: number | null;
  #listener: ((edge: GpioEdge) => void) | null = null;
  #listeningSinceNs = 0n;
  #stopWatching: (() => void) | null = null;

  constructor(fd: number, lines: readonly GpioLineRequest[], options: GpiochipOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#lineOfOffset = new Map(lines.map(({ bcm }, index) => [bcm, index]));
    this.#all = 2 ** lines.length - 1;
    this.#drives = lines.some(({ direction }) => direction === "out");
  }

  run(ops: readonly GpioOp[]): Promise<readonly LevelMask[]> {
    return attempt(() => {
      const fd = this.#fd;
      if (fd === null) throw new HalError("hal.gpio.closed", "these GPIO lines are closed");
      checkOps(ops);
      const readings: LevelMask[] = [];
      for (const operation of ops) {
        if (operation.op === "write") this.#write(fd, operation.mask, operation.levels);
        else if (operation.op === "read") readings.push(this.#read(fd));
        else this.#options.spinUs(operation.us);
      }
      return readings;
    });
  }

  /** Without a listener the kernel's queue overflows by itself; what is in it is older than the next listener. */
  onEdge(listener: ((edge: GpioEdge) => void) | null): void {
    const fd = this.#fd;
    if (fd === null) return;
    this.#listener = listener;
    if (listener === null) {
      this.#stopWatching?.();
      this.#stopWatching = null;
      return;
    }
    this.#listeningSinceNs = this.#options.kernel.monotonicNs();
    this.#stopWatching ??= this.#options.kernel.watch(fd, () => this.#readEdges(fd));
  }

  close(): Promise<void> {
    if (this.#fd !== null) {
      this.onEdge(null);
      if (this.#drives) this.#becomeInputs(this.#fd);
      this.#options.kernel.close(this.#fd);
      this.#fd = null;
    }
    return Promise.resolve();
  }

  /** On Raspberry Pi OS an output that is freed goes on driving (persist_gpio_outputs). Where this fails, nothing is left to be done. */
  #becomeInputs(fd: number): void {
    const config = new Uint8Array(LINE_CONFIG.bytes);
    new DataView(config.buffer).setUint32(LINE_CONFIG.flags, FLAG.input, true);
    this.#options.kernel.ioctl(fd, SET_CONFIG, config);
  }

  #write(fd: number, mask: LevelMask, levels: LevelMask): void {
    this.#valuesView.setUint32(LINE_VALUES.bits, levels, true);
    this.#valuesView.setUint32(LINE_VALUES.mask, mask, true);
    const result = this.#options.kernel.ioctl(fd, SET_VALUES, this.#values);
    if (result < 0) throw systemCallError("GPIO lines cannot be set", result);
  }

  #read(fd: number): LevelMask {
    this.#valuesView.setUint32(LINE_VALUES.bits, 0, true);
    this.#valuesView.setUint32(LINE_VALUES.mask, this.#all, true);
    const result = this.#options.kernel.ioctl(fd, GET_VALUES, this.#values);
    if (result < 0) throw systemCallError("GPIO lines cannot be read", result);
    return this.#valuesView.getUint32(LINE_VALUES.bits, true);
  }

  #readEdges(fd: number): void {
    const bytes = this.#options.kernel.read(fd, this.#events);
    const nowNs = this.#options.kernel.monotonicNs();
    const nowMs = this.#options.scheduler.nowMs();
    for (let at = 0; at + LINE_EVENT.bytes <= bytes; at += LINE_EVENT.bytes) {
      const atNs = this.#eventsView.getBigUint64(at + LINE_EVENT.timestampNs, true);
      const line = this.#lineOfOffset.get(this.#eventsView.getUint32(at + LINE_EVENT.offset, true));
      if (line === undefined || atNs < this.#listeningSinceNs) continue;
      const rising = this.#eventsView.getUint32(at + LINE_EVENT.id, true) === EVENT_RISING;
      this.#listener?.({ line, rising, atMs: nowMs - Number(nowNs - atNs) / NS_PER_MS });
    }
  }
}

/**
 * The header's lines through the kernel of this machine. The FFI is loaded here, so only where GPIO is used. Rejects with HalError
 * `hal.gpio.absent`, `hal.gpio.denied`, `hal.gpio.unsupported` or `hal.gpio.io` where they cannot be reached this way.
 */
export async function openGpiochip(scheduler: Scheduler): Promise<GpioBank> {
  const { libcKernel } = await import("./libc.ts");
  const bank = new GpiochipBank({ kernel: linux(libcKernel), scheduler, spinUs: busyWait(scheduler) });
  await bank.find();
  return bank;
}

function linux(libcKernel: () => GpioKernel): GpioKernel {
  try {
    return libcKernel();
  } catch (cause) {
    throw new HalError("hal.gpio.unsupported", "the GPIO character device needs Linux with glibc", { cause });
  }
}

/** Spins on a scheduler whose time passes by itself. */
export function busyWait(scheduler: Scheduler): (us: number) => void {
  return (us) => {
    const endMs = scheduler.nowMs() + us / 1000;
    while (scheduler.nowMs() < endMs);
  };
}

function systemCallError(what: string, result: number): HalError {
  if (result === -ERRNO.access || result === -ERRNO.notPermitted) {
    return new HalError("hal.gpio.denied", `${what}: not allowed; is this user in the group gpio?`);
  }
  return new HalError("hal.gpio.io", `${what} (error ${-result})`);
}
