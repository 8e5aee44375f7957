import { HalError } from "../../hal/errors.ts";
import type { Scheduler, SerialLine, SerialPorts } from "../../hal/ports.ts";
import { resample, Transmitter } from "./serial-uart.ts";

/** A module at the far end of a serial wire. */
export interface SerialDevice {
  /** The rate that its UART is set to now. */
  readonly baudRate: number;
  /** One byte, at the end of its stop bit. */
  receive(byte: number, atMs: number): void;
  /** Hands over the way to the other end when the wire is plugged in; null when it is pulled. */
  connect(send: ((byte: number) => void) | null): void;
}

/** Bytes of writes that wait for room in it. */
const MAX_QUEUED_BYTES = 4096;
/** How long the simulated kernel's caller waits before it gives a port up that takes nothing; like the real driver. */
const WRITE_LIMIT_MS = 2000;

/** A socket for one plug: the path under which programs open it, and the module that hangs on it. */
export class SerialSocket {
  readonly path: string;
  readonly #device: SerialDevice;
  readonly #outward: Transmitter;
  readonly #inward: Transmitter;
  #line: SimulatedSerialLine | null = null;
  #plugged = true;
  #dropAfter = 0;
  #flipAfter = 0;
  #flipMask = 0;
  #byteCount = 0;

  constructor(path: string, device: SerialDevice, scheduler: Scheduler) {
    this.path = path;
    this.#device = device;
    this.#outward = new Transmitter(
      scheduler,
      () => this.#line?.baudRate ?? device.baudRate,
      (byte, sendBaud, atMs) => this.#toDevice(byte, sendBaud, atMs),
    );
    this.#inward = new Transmitter(
      scheduler,
      () => device.baudRate,
      (byte, sendBaud) => this.#toHost(byte, sendBaud),
    );
    device.connect((byte) => void this.#inward.push(byte));
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  get line(): SimulatedSerialLine | null {
    return this.#line;
  }

  /** Bytes that a program has sent so far. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** Bytes that a program has written and that are not on the wire yet. */
  get waitingBytes(): number {
    return this.#outward.waiting;
  }

  /** Fault: the plug is pulled: the program's port vanishes, and both ends lose what was under way. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#outward.forget();
    this.#inward.forget();
    this.#device.connect(null);
    const line = this.#line;
    this.#line = null;
    line?.vanish();
  }

  plug(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    this.#device.connect((byte) => void this.#inward.push(byte));
  }

  /** Fault: the port takes no more bytes (an adapter that hangs), or does so again. */
  hold(held: boolean): void {
    this.#outward.held = held;
    this.#outward.next();
  }

  /** Fault: the nth byte from now (1 is the next) to the module is lost. */
  dropByte(nth: number): void {
    this.#dropAfter = nth;
  }

  /** Fault: noise turns over these bits of the nth byte from now to the program. */
  flipBits(nth: number, mask: number): void {
    this.#flipAfter = nth;
    this.#flipMask = mask;
  }

  take(line: SimulatedSerialLine): void {
    this.#line = line;
    this.#outward.onSpace = () => line.space();
    // Like the real driver: what arrived before it was opened is thrown away.
    this.#inward.forget();
  }

  release(line: SimulatedSerialLine): void {
    if (this.#line === line) this.#line = null;
  }

  send(byte: number): boolean {
    return this.#plugged && this.#outward.push(byte);
  }

  #toDevice(byte: number, sendBaud: number, atMs: number): void {
    if (!this.#plugged) return;
    this.#byteCount++;
    if (this.#dropAfter > 0 && --this.#dropAfter === 0) return;
    for (const received of resample(byte, sendBaud, this.#device.baudRate)) {
      this.#device.receive(received, atMs);
    }
  }

  #toHost(byte: number, sendBaud: number): void {
    const line = this.#line;
    if (!this.#plugged || line === null) return;
    const noisy = this.#flipAfter > 0 && --this.#flipAfter === 0 ? byte ^ this.#flipMask : byte;
    const received = resample(noisy, sendBaud, line.baudRate);
    if (received.length > 0) line.arrive(Uint8Array.from(received));
  }
}

/** Serial ports of a simulated machine: each socket is a path. */
export class SimulatedSerialPorts implements SerialPorts {
  readonly #scheduler: Scheduler;
  readonly #sockets = new Map<string, SerialSocket>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  attach(path: string, device: SerialDevice): SerialSocket {
    const socket = new SerialSocket(path, device, this.#scheduler);
    this.#sockets.set(path, socket);
    return socket;
  }

  async open(path: string, { baudRate }: { readonly baudRate: number }): Promise<SerialLine> {
    await new Promise<void>((resolve) => this.#scheduler.soon(resolve));
    const socket = this.#sockets.get(path);
    if (socket?.plugged !== true) throw new HalError("hal.serial.absent", `${path} is not there`);
    if (socket.line !== null) throw new HalError("hal.serial.busy", `${path} is held by another program`);
    const line = new SimulatedSerialLine(socket, baudRate, this.#scheduler);
    socket.take(line);
    return line;
  }
}

/** A program's end of a wire: the kernel's tty and its buffer. */
class SimulatedSerialLine implements SerialLine {
  readonly baudRate: number;
  readonly #socket: SerialSocket;
  readonly #scheduler: Scheduler;
  #onData: (bytes: Uint8Array) => void = () => undefined;
  #onGone: (error: HalError) => void = () => undefined;
  #queuedBytes = 0;
  #lastWrite: Promise<void> = Promise.resolve();
  #room: () => void = () => undefined;
  #broken: HalError | null = null;
  #closed = false;

  constructor(socket: SerialSocket, baudRate: number, scheduler: Scheduler) {
    this.#socket = socket;
    this.baudRate = baudRate;
    this.#scheduler = scheduler;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#closed) throw new HalError("hal.serial.closed", `${this.#socket.path} is closed`);
    if (this.#queuedBytes + bytes.length > MAX_QUEUED_BYTES) {
      throw new HalError("hal.serial.io", `${this.#socket.path}: too many bytes are waiting`);
    }
    const sent = bytes.slice();
    this.#queuedBytes += sent.length;
    const written = this.#lastWrite.then(() => this.#transmit(sent));
    this.#lastWrite = written.catch(() => undefined);
    await written.finally(() => (this.#queuedBytes -= sent.length));
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
  }

  onGone(listener: (error: HalError) => void): void {
    this.#onGone = listener;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#room();
    this.#socket.release(this);
    return Promise.resolve();
  }

  arrive(bytes: Uint8Array): void {
    if (!this.#closed) this.#onData(bytes);
  }

  space(): void {
    this.#room();
  }

  vanish(): void {
    this.#broken ??= new HalError("hal.serial.gone", `${this.#socket.path} is gone`);
    this.#room();
    if (!this.#closed) this.#onGone(this.#broken);
  }

  async #transmit(bytes: Uint8Array): Promise<void> {
    const limit = this.#scheduler.after(WRITE_LIMIT_MS, () => {
      this.#broken ??= new HalError("hal.serial.io", `${this.#socket.path} takes nothing`);
      this.#room();
    });
    try {
      for (const byte of bytes) {
        for (;;) {
          this.#assertWritable();
          if (this.#socket.send(byte)) break;
          await new Promise<void>((resolve) => (this.#room = resolve));
        }
      }
    } finally {
      limit.cancel();
    }
  }

  #assertWritable(): void {
    if (this.#closed) throw new HalError("hal.serial.closed", `${this.#socket.path} is closed`);
    if (this.#broken === null) return;
    const cause = this.#broken;
    throw new HalError("hal.serial.io", `${this.#socket.path} takes nothing any more`, { cause });
  }
}
