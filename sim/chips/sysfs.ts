import type { SysfsFiles } from "../../hal/sysfs.ts";
import { errnoError, type KernelFile, type KernelFiles } from "./kernel-files.ts";

/** A file of sysfs: what reading and writing it does in the kernel. They throw `errnoError`s. */
export interface SysfsAttribute {
  readonly read?: () => string;
  readonly write?: (text: string) => void;
}

interface Node {
  readonly attribute: SysfsAttribute;
  /** Times that there was news (sysfs_notify). */
  news: number;
  readonly pollers: Set<() => void>;
}

/**
 * A sysfs of attributes that chips put there: as the files that programs open, and as the calls that drivers make. An attribute that is
 * gone answers ENODEV to who still has it open; news is told until it is read.
 */
export class SimulatedSysfs implements SysfsFiles, KernelFiles {
  readonly #nodes = new Map<string, Node>();
  readonly #links = new Map<string, string>();
  readonly #soon: (run: () => void) => void;
  #readOnly = false;

  /** `soon` is the event loop's next turn. */
  constructor(soon: (run: () => void) => void) {
    this.#soon = soon;
  }

  /** A user who may read only. */
  makeReadOnly(readOnly: boolean): void {
    this.#readOnly = readOnly;
  }

  add(path: string, attribute: SysfsAttribute): void {
    this.#nodes.set(path, { attribute, news: 0, pollers: new Set() });
  }

  addLink(path: string, target: string): void {
    this.#links.set(path, target);
  }

  /** Takes everything below `folder` away. */
  removeFolder(folder: string): void {
    for (const path of [...this.#nodes.keys()]) {
      if (path.startsWith(`${folder}/`)) this.#nodes.delete(path);
    }
  }

  notify(path: string): void {
    const node = this.#nodes.get(path);
    if (node === undefined) return;
    node.news++;
    for (const wake of node.pollers) wake();
  }

  list(folder: string): readonly string[] {
    const names = [...this.#nodes.keys(), ...this.#links.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split("/")[0] ?? "");
    return [...new Set(names)];
  }

  exists(path: string): boolean {
    return this.#nodes.has(path) || this.list(path.replace(/\/$/u, "")).length > 0;
  }

  read(path: string): string {
    return (this.#node(path).attribute.read?.() ?? "").trimEnd();
  }

  write(path: string, text: string): void {
    const node = this.#node(path);
    if (this.#readOnly) throw errnoError("EACCES", path);
    if (node.attribute.write === undefined) throw errnoError("EACCES", path);
    node.attribute.write(text.trim());
  }

  writable(path: string): boolean {
    return !this.#readOnly && this.#nodes.get(path)?.attribute.write !== undefined;
  }

  resolve(path: string): string {
    return this.#links.get(path) ?? path;
  }

  owns(path: string): boolean {
    return path.startsWith("/sys/");
  }

  open(path: string): KernelFile {
    const node = this.#node(path);
    const own = (): SysfsAttribute => {
      if (this.#nodes.get(path) !== node) throw errnoError("ENODEV", path);
      return node.attribute;
    };
    let seen = -1;
    return {
      read: (length) => {
        const attribute = own();
        seen = node.news;
        return new TextEncoder().encode(`${attribute.read?.() ?? ""}\n`).subarray(0, length);
      },
      write: (bytes) => {
        own();
        this.write(path, new TextDecoder().decode(bytes));
      },
      close: () => undefined,
      poll: (onEvent) => this.#poll(node, () => seen < node.news, onEvent),
    };
  }

  /** Tells of news from the event loop, again and again until it is read. */
  #poll(node: Node, isNews: () => boolean, onEvent: () => void): () => void {
    let waiting = false;
    let stopped = false;
    const tell = (): void => {
      waiting = false;
      if (stopped || !isNews()) return;
      onEvent();
      wake();
    };
    const wake = (): void => {
      if (waiting || stopped || !isNews()) return;
      waiting = true;
      this.#soon(tell);
    };
    node.pollers.add(wake);
    wake();
    return () => {
      stopped = true;
      node.pollers.delete(wake);
    };
  }

  #node(path: string): Node {
    const node = this.#nodes.get(path);
    if (node === undefined) throw errnoError("ENOENT", path);
    return node;
  }
}
