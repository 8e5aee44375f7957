import { execFileSync } from "node:child_process";
import { mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    const folder = mkdtempSync(join(tmpdir(), "punchbox-libc-"));
    const path = join(folder, "fifo");
    execFileSync("mkfifo", [path]);
    const fd = openSync(path, "r+");
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
    rmSync(folder, { recursive: true });
  });
});
