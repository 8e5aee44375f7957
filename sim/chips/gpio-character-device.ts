import {
  CHIPINFO,
  ERRNO,
  EVENT_FALLING,
  EVENT_RISING,
  FLAG,
  GET_CHIPINFO,
  GET_LINE,
  GET_LINE_INFO,
  GET_VALUES,
  LINE_CONFIG,
  LINE_EVENT,
  LINE_INFO,
  LINE_REQUEST,
  LINE_VALUES,
  SET_CONFIG,
  SET_VALUES,
  type GpioKernel,
} from "../../hal/gpio/uapi.ts";
import type { Scheduler } from "../../hal/ports.ts";
import { decodeConsumer, decodeLineRequest, type RequestedLine } from "./gpio-line-request.ts";
import type { NetBoard } from "./nets.ts";

export interface SimulatedGpioKernelOptions {
  readonly nets: NetBoard;
  readonly scheduler: Scheduler;
  /** What time each system call takes goes here. */
  readonly spinUs: (us: number) => void;
  /** Labels of the chips there are, in the order of their numbers; the first of these is wired to the nets. */
  readonly labels?: readonly string[];
  /** A kernel before 5.10, which has the first interface only. */
  readonly old?: boolean;
}

const IOCTL_US = 1;
/** Events per line that the kernel keeps by default (drivers/gpio/gpiolib-cdev.c); then the oldest is lost. */
const EVENTS_PER_LINE = 16;
const NS_PER_MS = 1e6;
const FIRST_FD = 100;

interface LineEvent {
  readonly timestampNs: bigint;
  readonly rising: boolean;
  readonly offset: number;
}

interface LineGroup {
  readonly consumer: string;
  readonly lines: readonly RequestedLine[];
  readonly events: LineEvent[];
  readonly unwatch: () => void;
  onReadable: (() => void) | null;
}

/**
 * Linux's GPIO character device as a driver sees it: bytes of requests go in, nets change. It refuses what the kernel
 * refuses, with the kernel's error numbers.
 */
export class SimulatedGpioKernel implements GpioKernel {
  readonly #options: SimulatedGpioKernelOptions;
  readonly #labels: readonly string[];
  /** Label of the chip behind each descriptor of a chip. */
  readonly #chips = new Map<number, string>();
  readonly #groups = new Map<number, LineGroup>();
  readonly #old: boolean;
  #nextFd = FIRST_FD;
  #failure = 0;

  constructor(options: SimulatedGpioKernelOptions) {
    this.#options = options;
    this.#labels = options.labels ?? ["pinctrl-bcm2711"];
    this.#old = options.old ?? false;
  }

  /** Fault: from now on every call on a descriptor fails with this error number; 0 ends it. */
  failWith(errorNumber: number): void {
    this.#failure = errorNumber;
  }

  /** Descriptors that are open: a driver that loses one shows here. */
  get openDescriptors(): number {
    return this.#chips.size + this.#groups.size;
  }

  chipPaths(): readonly string[] {
    return this.#labels.map((_, index) => `/dev/gpiochip${index}`);
  }

  open(path: string): number {
    if (this.#failure !== 0) return -this.#failure;
    const label = this.#labels[this.chipPaths().indexOf(path)];
    if (label === undefined) return -ERRNO.noEntry;
    const fd = this.#nextFd++;
    this.#chips.set(fd, label);
    return fd;
  }

  ioctl(fd: number, request: number, argument: Uint8Array): number {
    this.#options.spinUs(IOCTL_US);
    if (this.#failure !== 0) return -this.#failure;
    const view = new DataView(argument.buffer, argument.byteOffset, argument.byteLength);
    const label = this.#chips.get(fd);
    if (label !== undefined) {
      if (request === GET_CHIPINFO) return this.#describeChip(label, argument, view);
      if (request === GET_LINE_INFO && !this.#old) return this.#describeLine(argument, view);
      return request === GET_LINE && !this.#old ? this.#requestLines(argument, view) : -ERRNO.invalid;
    }
    const group = this.#groups.get(fd);
    if (group === undefined) return -ERRNO.invalid;
    if (request === SET_CONFIG) return this.#setConfig(group, argument, view);
    if (argument.length !== LINE_VALUES.bytes) return -ERRNO.invalid;
    if (request === SET_VALUES) return this.#setValues(group, view);
    return request === GET_VALUES ? this.#getValues(group, view) : -ERRNO.invalid;
  }

  read(fd: number, into: Uint8Array): number {
    const group = this.#groups.get(fd);
    if (group === undefined) return -ERRNO.invalid;
    if (group.events.length === 0) return -ERRNO.again;
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    const taken = group.events.splice(0, Math.floor(into.length / LINE_EVENT.bytes));
    for (const [index, event] of taken.entries()) {
      const at = index * LINE_EVENT.bytes;
      view.setBigUint64(at + LINE_EVENT.timestampNs, event.timestampNs, true);
      view.setUint32(at + LINE_EVENT.id, event.rising ? EVENT_RISING : EVENT_FALLING, true);
      view.setUint32(at + LINE_EVENT.offset, event.offset, true);
    }
    return taken.length * LINE_EVENT.bytes;
  }

  /** Lines stay what they are, as on Raspberry Pi OS (persist_gpio_outputs of pinctrl-bcm2835): an output goes on driving. */
  close(fd: number): void {
    this.#chips.delete(fd);
    const group = this.#groups.get(fd);
    if (group === undefined) return;
    this.#groups.delete(fd);
    group.unwatch();
    group.onReadable = null;
  }

  watch(fd: number, onReadable: () => void): () => void {
    const group = this.#groups.get(fd);
    if (group === undefined) return () => undefined;
    group.onReadable = onReadable;
    this.#announce(group);
    return () => {
      if (group.onReadable === onReadable) group.onReadable = null;
    };
  }

  monotonicNs(): bigint {
    return BigInt(Math.round(this.#options.scheduler.nowMs() * NS_PER_MS));
  }

  #describeChip(label: string, argument: Uint8Array, view: DataView): number {
    if (argument.length !== CHIPINFO.bytes) return -ERRNO.invalid;
    argument.set(new TextEncoder().encode(label), CHIPINFO.label);
    let lines = 0;
    while (this.#options.nets.has(lines)) lines++;
    view.setUint32(CHIPINFO.lines, lines, true);
    return 0;
  }

  #describeLine(argument: Uint8Array, view: DataView): number {
    if (argument.length !== LINE_INFO.bytes) return -ERRNO.invalid;
    const offset = view.getUint32(LINE_INFO.offset, true);
    if (!this.#options.nets.has(offset)) return -ERRNO.invalid;
    argument.fill(0);
    view.setUint32(LINE_INFO.offset, offset, true);
    argument.set(new TextEncoder().encode(`GPIO${offset}`), LINE_INFO.name);
    const holder = [...this.#groups.values()].find(({ lines }) =>
      lines.some((line) => line.offset === offset),
    );
    if (holder !== undefined) {
      argument.set(new TextEncoder().encode(holder.consumer), LINE_INFO.consumer);
      view.setUint32(LINE_INFO.flags, FLAG.used, true);
    }
    return 0;
  }

  #requestLines(request: Uint8Array, view: DataView): number {
    const lines = decodeLineRequest(view);
    if (lines === null) return -ERRNO.invalid;
    const { nets } = this.#options;
    if (!lines.every(({ offset }) => nets.has(offset))) return -ERRNO.invalid;
    const held = new Set(
      [...this.#groups.values()].flatMap((group) => group.lines.map(({ offset }) => offset)),
    );
    let edgeMask = 0;
    // One line after the other (linereq_create): those before the one that is held have become what was asked for.
    for (const line of lines) {
      if (held.has(line.offset)) return -ERRNO.busy;
      held.add(line.offset);
      if (line.output) nets.setOutput(line.offset, line.openDrain ? "open-drain" : "push-pull", line.level);
      else nets.setInput(line.offset, line.pull);
      if (line.edges) edgeMask |= 1 << line.offset;
    }
    const group: LineGroup = {
      consumer: decodeConsumer(request),
      lines,
      events: [],
      onReadable: null,
      unwatch: nets.watch(edgeMask, (changed, levels) =>
        this.#queueEvents(group, changed & edgeMask, levels),
      ),
    };
    const fd = this.#nextFd++;
    this.#groups.set(fd, group);
    view.setInt32(LINE_REQUEST.fd, fd, true);
    return 0;
  }

  /** Only as far as it is used: all lines of the group become inputs. */
  #setConfig(group: LineGroup, argument: Uint8Array, view: DataView): number {
    if (argument.length !== LINE_CONFIG.bytes) return -ERRNO.invalid;
    if (view.getUint32(LINE_CONFIG.flags, true) !== FLAG.input) return -ERRNO.invalid;
    for (const { offset, output } of group.lines) {
      if (output) this.#options.nets.setInput(offset, "none");
    }
    return 0;
  }

  #setValues(group: LineGroup, view: DataView): number {
    const mask = view.getUint32(LINE_VALUES.mask, true);
    const bits = view.getUint32(LINE_VALUES.bits, true);
    let netMask = 0;
    let netLevels = 0;
    for (const [index, { offset, output }] of group.lines.entries()) {
      if ((mask & (1 << index)) === 0) continue;
      if (!output) return -ERRNO.invalid;
      netMask |= 1 << offset;
      if ((bits & (1 << index)) !== 0) netLevels |= 1 << offset;
    }
    if (netMask === 0) return -ERRNO.invalid;
    this.#options.nets.write(netMask, netLevels);
    return 0;
  }

  #getValues(group: LineGroup, view: DataView): number {
    const mask = view.getUint32(LINE_VALUES.mask, true);
    if (mask === 0) return -ERRNO.invalid;
    let bits = 0;
    for (const [index, { offset }] of group.lines.entries()) {
      if ((this.#options.nets.levels & (1 << offset)) !== 0) bits |= 1 << index;
    }
    view.setUint32(LINE_VALUES.bits, bits & mask, true);
    return 0;
  }

  #queueEvents(group: LineGroup, changed: number, levels: number): void {
    for (const { offset } of group.lines) {
      const bit = 1 << offset;
      if ((changed & bit) === 0) continue;
      if (group.events.length >= EVENTS_PER_LINE * group.lines.length) group.events.shift();
      group.events.push({ timestampNs: this.monotonicNs(), rising: (levels & bit) !== 0, offset });
    }
    if (group.events.length === 1) this.#announce(group);
  }

  /** Readiness is a level: it is told again from the event loop until everything is read. */
  #announce(group: LineGroup): void {
    this.#options.scheduler.soon(() => {
      if (group.onReadable === null || group.events.length === 0) return;
      group.onReadable();
      if (group.events.length > 0) this.#announce(group);
    });
  }
}
