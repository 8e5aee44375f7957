import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Runs inside the virtual machine: one process, one file after the other, for there is one board. */
export default defineConfig({
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  test: {
    name: "kernel",
    include: ["test/kernel/guest/*.check.ts"],
    // The epoll add-on under onoff and rpi-gpio knows only the main thread of a process.
    pool: "forks",
    isolate: false,
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 40_000,
    hookTimeout: 40_000,
    // What is broken so thoroughly may wait in vain at every turn; the machine's own time is limited.
    bail: 5,
  },
});
