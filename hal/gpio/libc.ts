import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import koffi from "koffi";
import { ERRNO, type GpioKernel } from "./uapi.ts";

/** The one door to the machine's own system calls. Loaded only by openGpiochip. */

/** clock_gettime's CLOCK_MONOTONIC (linux/time.h). */
const CLOCK_MONOTONIC = 1;
/** struct timespec on 64-bit machines: seconds and nanoseconds, eight bytes each. */
const TIMESPEC_BYTES = 16;
const NS_PER_S = 1_000_000_000n;
const CHIP_NAME = /^gpiochip\d+$/;

/** The kernel of this machine, through glibc. Throws where there is no glibc (not Linux). */
export function libcKernel(): GpioKernel {
  const libc = koffi.load("libc.so.6");
  const ioctl = libc.func("int ioctl(int fd, unsigned long request, void *argument)");
  const clockGettime = libc.func("int clock_gettime(int clock, void *timespec)");
  const timespec = Buffer.alloc(TIMESPEC_BYTES);

  return {
    chipPaths: () =>
      readdirSync("/dev")
        .filter((name) => CHIP_NAME.test(name))
        .map((name) => `/dev/${name}`),
    open: (path) => negatedErrno(() => openSync(path, "r+")),
    ioctl(fd, request, argument) {
      const result: unknown = ioctl(fd, request, argument);
      if (typeof result !== "number") return -ERRNO.io;
      return result < 0 ? -koffi.errno() : result;
    },
    read: (fd, into) => negatedErrno(() => readSync(fd, into)),
    close(fd) {
      negatedErrno(() => {
        closeSync(fd);
        return 0;
      });
    },
    watch(fd, onReadable) {
      const handle = koffi.node.poll(fd, { readable: true }, onReadable);
      return () => handle.close();
    },
    monotonicNs() {
      clockGettime(CLOCK_MONOTONIC, timespec);
      return timespec.readBigInt64LE(0) * NS_PER_S + timespec.readBigInt64LE(8);
    },
  };
}

/** Node's file functions throw errors with `errno` negated, as the kernel returns them. */
function negatedErrno(call: () => number): number {
  try {
    return call();
  } catch (error) {
    return error instanceof Error && "errno" in error && typeof error.errno === "number"
      ? error.errno
      : -ERRNO.io;
  }
}
