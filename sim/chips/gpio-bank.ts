import { HalError } from "../../hal/errors.ts";
import { attempt } from "../../hal/gpio/attempt.ts";
import { checkOps } from "../../hal/gpio/check-ops.ts";
import type { GpioBank, GpioEdge, GpioLineRequest, GpioLines, GpioOp, Scheduler } from "../../hal/ports.ts";
import { MAX_LINES_PER_GROUP } from "../../hal/ports.ts";
import type { NetBoard } from "./nets.ts";

export interface SimulatedGpioBankOptions {
  readonly nets: NetBoard;
  readonly scheduler: Scheduler;
  /** Busy-waits: a virtual clock advances, in real time the processor spins. */
  readonly spinUs: (us: number) => void;
}

/** What one ioctl takes on a real machine; without it, pulses in virtual time would have no width. */
const OPERATION_US = 1;
/** Edges held for one group until its listener runs; beyond it the oldest is lost, as in the kernel's own queue. */
const MAX_QUEUED_EDGES = 64;

/** A bank of GPIO lines whose other end is a {@link NetBoard}. */
export class SimulatedGpioBank implements GpioBank {
  readonly name = "simulated";
  readonly #options: SimulatedGpioBankOptions;
  readonly #held = new Set<number>();
  readonly #groups = new Set<SimulatedGpioLines>();
  #powered = true;

  constructor(options: SimulatedGpioBankOptions) {
    this.#options = options;
  }

  open(consumer: string, lines: readonly GpioLineRequest[]): Promise<GpioLines> {
    return attempt(() => {
      this.#checkPower();
      if (lines.length < 1 || lines.length > MAX_LINES_PER_GROUP) {
        throw new HalError("hal.gpio.io", `${consumer}: a group has 1 to ${MAX_LINES_PER_GROUP} lines`);
      }
      const asked = new Set<number>();
      for (const { bcm } of lines) {
        if (!this.#options.nets.has(bcm)) throw new HalError("hal.gpio.absent", `there is no GPIO${bcm}`);
        if (this.#held.has(bcm) || asked.has(bcm)) {
          throw new HalError("hal.gpio.busy", `${consumer}: GPIO${bcm} is in use`);
        }
        asked.add(bcm);
      }
      for (const { bcm } of lines) this.#held.add(bcm);
      const group: SimulatedGpioLines = new SimulatedGpioLines(
        lines,
        this.#options,
        () => this.#checkPower(),
        () => {
          for (const { bcm } of lines) this.#held.delete(bcm);
          this.#groups.delete(group);
        },
      );
      this.#groups.add(group);
      return group;
    });
  }

  /**
   * From now on every operation fails with `hal.gpio.io`: the machine's GPIO block has lost its supply. Nothing is held any
   * more, and what was opened before stays of no use when the power is back.
   */
  powerOff(): void {
    this.#powered = false;
    for (const group of this.#groups) group.losePower();
  }

  powerOn(): void {
    this.#powered = true;
  }

  #checkPower(): void {
    if (!this.#powered) throw new HalError("hal.gpio.io", "the simulated GPIO bank has no power");
  }
}

class SimulatedGpioLines implements GpioLines {
  readonly #lines: readonly GpioLineRequest[];
  readonly #options: SimulatedGpioBankOptions;
  readonly #checkPower: () => void;
  readonly #release: () => void;
  readonly #unwatch: () => void;
  #listener: ((edge: GpioEdge) => void) | null = null;
  #edges: GpioEdge[] = [];
  #closed = false;
  #hasLostPower = false;

  constructor(
    lines: readonly GpioLineRequest[],
    options: SimulatedGpioBankOptions,
    checkPower: () => void,
    release: () => void,
  ) {
    this.#lines = lines;
    this.#options = options;
    this.#checkPower = checkPower;
    this.#release = release;
    let edgeMask = 0;
    for (const line of lines) {
      if (line.direction === "out") options.nets.setOutput(line.bcm, line.drive, line.initial);
      else {
        options.nets.setInput(line.bcm, line.pull);
        if (line.edges === "both") edgeMask |= 1 << line.bcm;
      }
    }
    this.#unwatch = options.nets.watch(edgeMask, (changed, levels) => {
      if (this.#listener !== null) this.#queueEdges(changed & edgeMask, levels);
    });
  }

  run(ops: readonly GpioOp[]): Promise<readonly number[]> {
    return attempt(() => {
      if (this.#hasLostPower) throw new HalError("hal.gpio.io", "these GPIO lines have lost their power");
      if (this.#closed) throw new HalError("hal.gpio.closed", "these GPIO lines are closed");
      checkOps(ops);
      this.#checkPower();
      const readings: number[] = [];
      for (const operation of ops) {
        if (operation.op === "delayUs") {
          this.#options.spinUs(operation.us);
          continue;
        }
        if (operation.op === "write") this.#write(operation.mask, operation.levels);
        else readings.push(this.#read());
        this.#options.spinUs(OPERATION_US);
      }
      return readings;
    });
  }

  onEdge(listener: ((edge: GpioEdge) => void) | null): void {
    if (this.#closed) return;
    this.#listener = listener;
    this.#edges = [];
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#listener = null;
      this.#unwatch();
      for (const { bcm } of this.#lines) {
        this.#options.nets.setInput(bcm, "none");
      }
      this.#release();
    }
    return Promise.resolve();
  }

  losePower(): void {
    void this.close();
    this.#hasLostPower = true;
  }

  #write(mask: number, levels: number): void {
    let netMask = 0;
    let netLevels = 0;
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const index = 31 - Math.clz32(rest & -rest);
      const line = this.#lines[index];
      if (line === undefined) continue;
      netMask |= 1 << line.bcm;
      if ((levels & (1 << index)) !== 0) netLevels |= 1 << line.bcm;
    }
    this.#options.nets.write(netMask, netLevels);
  }

  #read(): number {
    const { levels } = this.#options.nets;
    let reading = 0;
    let bit = 1;
    for (const { bcm } of this.#lines) {
      if ((levels & (1 << bcm)) !== 0) reading |= bit;
      bit <<= 1;
    }
    return reading;
  }

  #queueEdges(changed: number, levels: number): void {
    if (this.#edges.length === 0) this.#options.scheduler.soon(() => this.#deliver());
    const atMs = this.#options.scheduler.nowMs();
    for (const [line, { bcm }] of this.#lines.entries()) {
      const bit = 1 << bcm;
      if ((changed & bit) === 0) continue;
      if (this.#edges.length >= MAX_QUEUED_EDGES) this.#edges.shift();
      this.#edges.push({ line, rising: (levels & bit) !== 0, atMs });
    }
  }

  #deliver(): void {
    const edges = this.#edges;
    this.#edges = [];
    const listener = this.#listener;
    for (const edge of edges) {
      // A listener that was replaced on the way takes no more of these.
      if (this.#listener !== listener) return;
      listener?.(edge);
    }
  }
}
