import fs from "node:fs";
import Module, { createRequire } from "node:module";
import { onTestFinished } from "vitest";
import { errnoError, type KernelFile, type KernelFiles } from "../../sim/chips/kernel-files.ts";

/**
 * Puts a simulated kernel under npm packages: while a test runs, Node's file functions lead paths like `/sys/class/gpio` and
 * `/dev/i2c-1` to the simulation, so that the packages themselves run, unchanged, and need neither Linux nor their native add-ons.
 */

type Call = (...args: readonly unknown[]) => unknown;

/** Descriptors of simulated files; the machine's own stay far below. */
const FIRST_FD = 1_000_000;
/** Longest text of an attribute: a page. */
const ATTRIBUTE_BYTES = 4096;

class MountedKernel {
  readonly files: KernelFiles;
  readonly #open = new Map<number, KernelFile>();
  #nextFd = FIRST_FD;

  constructor(files: KernelFiles) {
    this.files = files;
  }

  /** Files that are open: a package or a driver that loses one shows here. */
  get openFiles(): number {
    return this.#open.size;
  }

  openFile(path: string): number {
    const fd = this.#nextFd++;
    this.#open.set(fd, this.files.open(path));
    return fd;
  }

  file(fd: unknown): KernelFile {
    const file = typeof fd === "number" ? this.#open.get(fd) : undefined;
    if (file === undefined) throw errnoError("EBADF");
    return file;
  }

  closeFile(fd: number): void {
    this.file(fd).close();
    this.#open.delete(fd);
  }

  readWhole(path: string): Buffer {
    const file = this.files.open(path);
    try {
      return Buffer.from(atOnce(file.read(ATTRIBUTE_BYTES)));
    } finally {
      file.close();
    }
  }

  writeWhole(path: string, text: unknown): void {
    const file = this.files.open(path);
    try {
      void file.write(Buffer.from(String(text)));
    } finally {
      file.close();
    }
  }
}

let mounted: MountedKernel | null = null;

/** Mounts a simulated kernel until the running test ends. */
export function mountKernel(files: KernelFiles): { readonly openFiles: number } {
  const kernel = new MountedKernel(files);
  mounted = kernel;
  standInForAddons();
  const byPath = (name: string, handle: (path: string, ...rest: readonly unknown[]) => unknown): void =>
    route(name, (path): path is string => typeof path === "string" && files.owns(path), handle);
  const byFd = (name: string, handle: (fd: number, ...rest: readonly unknown[]) => unknown): void =>
    route(name, (fd): fd is number => typeof fd === "number" && fd >= FIRST_FD, handle);

  byPath("existsSync", (path) => files.exists(path));
  byPath("exists", (path, done) => queueMicrotask(() => callOf(done)(files.exists(path))));
  byPath("openSync", (path) => kernel.openFile(path));
  byPath("open", (path, ...rest) => answer(rest, () => kernel.openFile(path)));
  byPath("readFileSync", (path) => kernel.readWhole(path));
  byPath("readFile", (path, ...rest) => answer(rest, () => kernel.readWhole(path).toString()));
  byPath("writeFileSync", (path, text) => kernel.writeWhole(path, text));
  byPath("writeFile", (path, text, ...rest) => answer(rest, () => kernel.writeWhole(path, text)));
  byFd("closeSync", (fd) => kernel.closeFile(fd));
  byFd("close", (fd, ...rest) => answer(rest, () => kernel.closeFile(fd)));
  byFd("readSync", (fd, into, _at, length) => fill(into, atOnce(kernel.file(fd).read(Number(length)))));
  byFd("read", (fd, into, _at, length, ...rest) =>
    answer(rest, async () => fill(into, await kernel.file(fd).read(Number(length)))),
  );
  byFd("writeSync", (fd, from, _at, length) => kernel.file(fd).write(start(from, length)));
  byFd("write", (fd, from, _at, length, ...rest) =>
    answer(rest, () => kernel.file(fd).write(start(from, length))),
  );
  return kernel;
}

/** Sends calls of one of Node's file functions whose first argument is ours elsewhere, until the running test ends. */
function route<First>(
  name: string,
  isOurs: (first: unknown) => first is First,
  handle: (first: First, ...rest: readonly unknown[]) => unknown,
): void {
  const original = callOf(Reflect.get(fs, name));
  Reflect.set(fs, name, (...args: readonly unknown[]) => {
    const [first, ...rest] = args;
    return isOurs(first) ? handle(first, ...rest) : original(...args);
  });
  onTestFinished(() => {
    Reflect.set(fs, name, original);
  });
}

/** Calls the callback at the end of `rest` with what `work` returns or throws. */
function answer(rest: readonly unknown[], work: () => unknown): void {
  const done = callOf(rest.at(-1));
  void Promise.resolve()
    .then(work)
    .then(
      (result) => done(null, result),
      (error: unknown) => done(error),
    );
}

function callOf(value: unknown): Call {
  if (typeof value !== "function") throw new TypeError("a function is missing");
  return (...args) => Reflect.apply(value, fs, args) as unknown;
}

function atOnce(bytes: Uint8Array | Promise<Uint8Array>): Uint8Array {
  if (bytes instanceof Promise) throw new TypeError("this file answers later only");
  return bytes;
}

function fill(into: unknown, bytes: Uint8Array): number {
  if (into instanceof Uint8Array) into.set(bytes);
  return bytes.length;
}

function start(from: unknown, length: unknown): Uint8Array {
  return from instanceof Uint8Array ? from.slice(0, Number(length)) : new Uint8Array(0);
}

/** The package epoll's class: the file says when there is news. */
class SimulatedEpoll {
  static readonly EPOLLPRI = 2;
  readonly #onEvent: (error: unknown, fd: number, events: number) => void;
  readonly #stops = new Map<number, () => void>();

  constructor(onEvent: (error: unknown, fd: number, events: number) => void) {
    this.#onEvent = onEvent;
  }

  add(fd: number, events: number): this {
    const stop = mounted?.file(fd).poll?.(() => this.#onEvent(null, fd, events));
    if (stop !== undefined) this.#stops.set(fd, stop);
    return this;
  }

  remove(fd: number): this {
    this.#stops.get(fd)?.();
    this.#stops.delete(fd);
    return this;
  }

  close(): void {
    for (const fd of this.#stops.keys()) this.remove(fd);
  }
}

const I2C_FUNC_I2C = 1;

/** What the package i2c-bus needs of its add-on. */
const SIMULATED_I2C_ADDON = {
  I2C_FUNC_I2C,
  setAddrAsync: (fd: number, address: number, _force: boolean, done: Call) =>
    answer([done], () => mounted?.file(fd).setAddress?.(address)),
  i2cFuncsAsync: (_fd: number, done: Call) => answer([done], () => I2C_FUNC_I2C),
};

let standing = false;

/** Native add-ons are built where there is a Pi or a kernel bed; here their packages get stand-ins, once for a test file. */
function standInForAddons(): void {
  if (standing) return;
  standing = true;
  const from = createRequire(import.meta.url);
  const put = (owner: string, name: string, exported: unknown): void => {
    const path = createRequire(from.resolve(owner)).resolve(name);
    const standIn = new Module(path);
    standIn.exports = exported;
    standIn.loaded = true;
    from.cache[path] = standIn;
  };
  put("onoff", "epoll", { Epoll: SimulatedEpoll });
  put("rpi-gpio", "epoll", { Epoll: SimulatedEpoll });
  put("i2c-bus", "bindings", () => SIMULATED_I2C_ADDON);
}
