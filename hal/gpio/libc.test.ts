import { openSync, writeSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { libcKernel } from "./libc.ts";
import { ERRNO, GET_CHIPINFO } from "./uapi.ts";

const ENOTTY = 25;

describe("the machine's own system calls", () => {
  if (process.platform !== "linux") {
    test("are refused where there is no Linux", () => {
      expect(() => libcKernel()).toThrow();
    });
    return;
  }

  test("return negated error numbers instead of throwing", () => {
    const kernel = libcKernel();
    expect(kernel.open("/dev/gpiochip-that-is-not-there")).toBe(-ERRNO.noEntry);
    const fd = kernel.open("/dev/null");
    expect(fd).toBeGreaterThan(0);
    expect(kernel.ioctl(fd, GET_CHIPINFO, new Uint8Array(68))).toBe(-ENOTTY);
    expect(kernel.read(fd, new Uint8Array(48))).toBe(0);
    kernel.close(fd);
    expect(kernel.read(fd, new Uint8Array(48))).toBeLessThan(0);
  });

  test("name only GPIO chips, and read a clock that does not run backwards", () => {
    const kernel = libcKernel();
    for (const path of kernel.chipPaths()) expect(path).toMatch(/^\/dev\/gpiochip\d+$/);
    const before = kernel.monotonicNs();
    expect(before).toBeGreaterThan(0n);
    expect(kernel.monotonicNs()).toBeGreaterThanOrEqual(before);
  });

  test("tell when there is something to read, and stop when told to", async () => {
    const kernel = libcKernel();
    // A terminal echoes what its other end types: something to read, without a second process.
    const fd = openSync("/dev/ptmx", "r+");
    const into = new Uint8Array(16);
    const read = new Promise<number>((resolve) => {
      const stop = kernel.watch(fd, () => {
        stop();
        resolve(kernel.read(fd, into));
      });
    });
    writeSync(fd, "edge");
    await expect(read).resolves.toBe(4);
    expect(new TextDecoder().decode(into.subarray(0, 4))).toBe("edge");
    kernel.close(fd);
  });
});
