import type { SqlDriver } from "../../protocol/seams.ts";

/**
 * The place that a ledger's files are in: a folder of a card, or a simulated disk. Names are file names without a path. Whatever
 * fails throws a CodedError: `store.open`, `store.full` or `store.io`.
 */
export interface Volume {
  /** Opens the SQLite database in this file; makes it if it is not there. */
  open(name: string): SqlDriver;
  /** Names of all files, in any order. */
  list(): string[];
  /** Bytes of a file; null where there is none. */
  size(name: string): number | null;
  /** Up to `bytes` of a file from `offset`; fewer at its end. */
  read(name: string, offset: number, bytes: number): Uint8Array;
  /** Gives a file another name, durably. There must be none of that name. */
  rename(from: string, to: string): void;
  /** Makes a file of so many bytes that are really on the disk. Leaves nothing behind when they do not fit. */
  reserve(name: string, bytes: number): void;
  /** Removes a file, durably; one that is not there is fine. */
  remove(name: string): void;
  /** Bytes that may still be written. */
  freeBytes(): number;
}
