import { ReadStream } from "node:tty";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import koffi from "koffi";

const { O_RDWR, O_NOCTTY } = constants;
const LARGEST_PATH = 128;

/** A real tty of the kernel: what a program opens at `path`, somebody else reads and writes here. Linux. */
export interface Pty {
  readonly path: string;
  /** All that came out of the program's end so far. */
  readonly received: readonly number[];
  send(bytes: Uint8Array): void;
  /** Takes what the program writes from now on; until then the kernel keeps a few kilobytes and then makes it wait. */
  listen(): void;
  /** Like a USB adapter that is unplugged: the tty hangs up and its path vanishes. */
  unplug(): void;
}

/** Opens a pseudo-terminal (pty(7)) through libc. */
export function openPty(): Pty {
  const libc = koffi.load("libc.so.6");
  const call = (name: string, definition: string) => {
    const run = libc.func(definition);
    return (...values: unknown[]): number => {
      const result: unknown = run(...values);
      if (typeof result !== "number" || result < 0) throw new Error(`${name} failed`);
      return result;
    };
  };
  const master = call("posix_openpt", "int posix_openpt(int flags)")(O_RDWR | O_NOCTTY);
  call("grantpt", "int grantpt(int fd)")(master);
  call("unlockpt", "int unlockpt(int fd)")(master);
  const name = Buffer.alloc(LARGEST_PATH);
  call("ptsname_r", "int ptsname_r(int fd, _Out_ uint8_t *name, size_t size)")(master, name, name.length);
  const path = name.subarray(0, name.indexOf(0)).toString();
  // Kept open: a pseudo-terminal ends when the last program closes it, a serial port does not.
  const kept = openSync(path, O_RDWR | O_NOCTTY);
  const received: number[] = [];
  let stream: ReadStream | null = null;
  let open = true;
  return {
    path,
    received,
    send: (bytes) => void writeSync(master, bytes),
    listen() {
      stream ??= new ReadStream(master);
      stream.on("data", (bytes: Buffer) => received.push(...bytes));
      stream.on("error", () => undefined);
    },
    unplug() {
      if (!open) return;
      open = false;
      closeSync(kept);
      if (stream === null) closeSync(master);
      else stream.destroy();
    },
  };
}
