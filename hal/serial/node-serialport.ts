import { constants, read, write } from "node:fs";
import { open } from "node:fs/promises";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { errnoOf } from "../errno.ts";
import { HalError, type HalErrorCode } from "../errors.ts";
import { within } from "../limit.ts";
import type { Scheduler, SerialLine, SerialPorts } from "../ports.ts";

/** A port that has not taken a write by then will not: a tty whose other end holds it up, or an adapter that hangs. */
export const WRITE_LIMIT_MS = 2000;
/** Bytes of writes that wait for their turn; a caller that does not wait for its writes is refused beyond it. */
export const MAX_QUEUED_BYTES = 4096;
/** Rates of the usual ports (Linux's asm-generic/termbits.h), and 14400, which some displays have. */
export const BAUD_RATES: readonly number[] = [
  1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_000_000,
];
/** Bytes taken from the kernel at once; more is fetched in the next turn. */
const READ_BYTES = 256;

/** What the package's handle of an open tty has beyond its common interface, on Linux and macOS. */
interface Tty {
  readonly fd: number | null;
  readonly poller: {
    once(event: Readiness, listener: (error: Error | null) => void): unknown;
    /** Asks for these events, and for no others any more. */
    poll(events: number): void;
  };
  flush(): Promise<void>;
  close(): Promise<void>;
}

type Readiness = "readable" | "writable";
/** As libuv and the package's poller count them. */
const EVENTS: Readonly<Record<Readiness, number>> = { readable: 1, writable: 2 };

const readTty = promisify(read);
const writeTty = promisify(write);

/**
 * Serial ports through the npm package `serialport`: it sets a tty up, locks it, and tells when it is ready. Its own reading and writing
 * are not used: they ask a tty that hung up for ever, and one that waits makes the other miss its turn. It is loaded here and not before. Rejects with HalError `hal.addon.missing` when it cannot be.
 */
export async function openSerialPorts(scheduler: Scheduler): Promise<SerialPorts> {
  const { SerialPort } = await import("serialport").catch((cause: unknown) => {
    const message = "the package serialport does not load: it has to be installed for this system (npm ci)";
    throw new HalError("hal.addon.missing", message, { cause });
  });
  const { binding } = SerialPort;
  return {
    async open(path, { baudRate }) {
      if (!BAUD_RATES.includes(baudRate)) {
        throw new HalError(
          "hal.serial.io",
          `${path}: ${baudRate} baud is not a rate of serial ports: ${BAUD_RATES.join(", ")} are`,
        );
      }
      const port = await binding.open({ path, baudRate, lock: true }).catch(async (cause: unknown) => {
        throw await whyNotOpened(path, cause);
      });
      if (!("poller" in port)) throw new HalError("hal.serial.io", `${path}: only Linux and macOS have ttys`);
      return new NodeSerialLine(path, port, scheduler);
    },
  };
}

const REFUSALS: Readonly<Record<string, readonly [code: HalErrorCode, what: string]>> = {
  EACCES: ["hal.serial.denied", "this user may not open it: add the user to the group dialout"],
  EPERM: ["hal.serial.denied", "this user may not open it: add the user to the group dialout"],
  EBUSY: ["hal.serial.busy", "another program has it for itself alone"],
};
const ABSENT: Readonly<Record<string, true>> = { ENOENT: true, ENXIO: true, ENODEV: true, ENOTDIR: true };

/** The package's errors carry no code, so the question is put to the kernel once more. */
async function whyNotOpened(path: string, cause: unknown): Promise<HalError> {
  let isTty: boolean;
  try {
    const handle = await open(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    isTty = isatty(handle.fd);
    await handle.close();
  } catch (error) {
    const { code: errno } = errnoOf(error);
    if (errno in ABSENT) {
      return new HalError(
        "hal.serial.absent",
        `${path} is not there: the header's pins need enable_uart=1 in config.txt, a USB adapter has to be plugged in ` +
          "(its path in /dev/serial/by-id stays the same)",
        { cause },
      );
    }
    const [code, what] = REFUSALS[errno] ?? ["hal.serial.io", `it cannot be opened (${errno})`];
    return new HalError(code, `${path}: ${what}`, { cause });
  }
  if (!isTty) return new HalError("hal.serial.io", `${path} is a file but not a serial port`, { cause });
  // It opens and is a tty, and the rate is a usual one: what was refused is the lock.
  const message = `${path} is held by another program: one at a time can have it (is the serial console still on it?)`;
  return new HalError("hal.serial.busy", message, { cause });
}

/** One open tty. Writes go out one after the other; reading goes on until the port is closed or gone. */
class NodeSerialLine implements SerialLine {
  readonly #path: string;
  readonly #port: Tty;
  readonly #scheduler: Scheduler;
  #onData: (bytes: Uint8Array) => void = () => undefined;
  #onGone: ((error: HalError) => void) | null = null;
  /** Why nothing can be written any more, apart from being closed. */
  #broken: HalError | null = null;
  #goneUntold: HalError | null = null;
  #closing: Promise<void> | null = null;
  readonly #awaited = new Set<Readiness>();
  /** System calls under way. */
  readonly #running = new Set<Promise<number>>();
  #queuedBytes = 0;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(path: string, port: Tty, scheduler: Scheduler) {
    this.#path = path;
    this.#port = port;
    this.#scheduler = scheduler;
    void this.#readOn();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== null) throw new HalError("hal.serial.closed", `${this.#path} is closed`);
    if (this.#queuedBytes + bytes.length > MAX_QUEUED_BYTES) {
      throw new HalError("hal.serial.io", `${this.#path}: more than ${MAX_QUEUED_BYTES} bytes are waiting`);
    }
    // The caller may use its buffer again as soon as this returns.
    const sent = Buffer.from(bytes);
    this.#queuedBytes += sent.length;
    const written = this.#lastWrite.then(() => this.#transmit(sent));
    this.#lastWrite = written.catch(() => undefined);
    try {
      await written;
    } finally {
      this.#queuedBytes -= sent.length;
    }
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
  }

  onGone(listener: (error: HalError) => void): void {
    this.#onGone = listener;
    const untold = this.#goneUntold;
    this.#goneUntold = null;
    if (untold !== null) listener(untold);
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  async #transmit(bytes: Buffer): Promise<void> {
    if (this.#broken !== null) {
      throw new HalError("hal.serial.io", `${this.#path} takes nothing any more`, { cause: this.#broken });
    }
    const late = (): HalError => {
      const message = `${this.#path} has not taken ${bytes.length} bytes within ${WRITE_LIMIT_MS} ms`;
      return new HalError("hal.serial.io", message);
    };
    try {
      await within(this.#scheduler, WRITE_LIMIT_MS, this.#writeAll(bytes), late);
    } catch (cause) {
      if (this.#closing !== null) {
        throw new HalError("hal.serial.closed", `${this.#path} was closed`, { cause });
      }
      const what = `writing to ${this.#path} failed`;
      const failed = cause instanceof HalError ? cause : new HalError("hal.serial.io", what, { cause });
      this.#broken ??= failed;
      throw failed;
    }
  }

  async #readOn(): Promise<void> {
    const buffer = Buffer.alloc(READ_BYTES);
    for (;;) {
      let bytesRead: number;
      try {
        bytesRead = await this.#whenReady("readable", async (fd) => {
          return (await readTty(fd, buffer, 0, buffer.length, null)).bytesRead;
        });
      } catch (cause) {
        this.#gone(cause);
        return;
      }
      if (this.#closing !== null) return;
      // A tty that hung up has nothing more, for ever.
      if (bytesRead === 0) {
        this.#gone(new Error("end of file"));
        return;
      }
      this.#onData(Uint8Array.from(buffer.subarray(0, bytesRead)));
    }
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#whenReady("writable", async (fd) => (await writeTty(fd, bytes, at)).bytesWritten);
    }
  }

  /** Tries, and tries again each time the tty is ready, until it does not ask to wait. */
  async #whenReady(event: Readiness, attempt: (fd: number) => Promise<number>): Promise<number> {
    for (;;) {
      const { fd, poller } = this.#port;
      if (fd === null || this.#isClosing()) throw new Error("closed");
      const running = attempt(fd);
      this.#running.add(running);
      try {
        return await running;
      } catch (error) {
        // The package's poller must not be asked any more once its port is closing: it crashes.
        if (errnoOf(error).code !== "EAGAIN" || this.#isClosing()) throw error;
      } finally {
        this.#running.delete(running);
      }
      await new Promise<void>((resolve, reject) => {
        this.#awaited.add(event);
        poller.once(event, (error) => {
          this.#awaited.delete(event);
          if (error === null) resolve();
          else reject(error);
        });
        // What `once` asked for is its own event alone.
        poller.poll([...this.#awaited].reduce((events, one) => events | EVENTS[one], 0));
      });
    }
  }

  #isClosing(): boolean {
    return this.#closing !== null;
  }

  #gone(cause: unknown): void {
    if (this.#closing !== null) return;
    const error = new HalError("hal.serial.gone", `${this.#path} is gone: was its plug pulled?`, { cause });
    this.#broken ??= error;
    if (this.#onGone === null) this.#goneUntold = error;
    else this.#onGone(error);
  }

  async #release(): Promise<void> {
    // The kernel would wait half a minute for a stuck port to drain (closing_wait, setserial(8)).
    const stuck = this.#broken !== null || this.#queuedBytes > 0;
    if (stuck) await this.#port.flush().catch(() => undefined);
    // Its number may soon be another file's.
    await Promise.allSettled(this.#running);
    // A port that is gone may refuse to be closed; there is nothing left to do about it.
    await this.#port.close().catch(() => undefined);
  }
}
