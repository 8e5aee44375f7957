import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import type { Volume } from "./volume.ts";

/** Written at once when space is reserved. */
const CHUNK_BYTES = 64 * 1024;
const OWNER_ONLY = 0o600;

/** A {@link Volume} in a folder of a real disk, which must be there. */
export function folderVolume(folder: string): Volume {
  const place = (name: string): string => join(folder, name);

  /** Names are on the disk once their folder is. */
  function syncFolder(): void {
    const file = openSync(folder, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  return {
    open: (name) => openBetterSqlite3(place(name)),
    list: () => coded(folder, () => readdirSync(folder)),
    size: (name) => coded(name, () => statSync(place(name), { throwIfNoEntry: false })?.size ?? null),

    read: (name, offset, bytes) =>
      coded(name, () => {
        const file = openSync(place(name), "r");
        try {
          const buffer = new Uint8Array(bytes);
          return buffer.subarray(0, readSync(file, buffer, 0, bytes, offset));
        } finally {
          closeSync(file);
        }
      }),

    rename: (from, to) =>
      coded(from, () => {
        if (existsSync(place(to))) throw new CodedError("store.io", `${place(to)} is there already`);
        renameSync(place(from), place(to));
        syncFolder();
      }),

    reserve: (name, bytes) =>
      coded(name, () => {
        const file = openSync(place(name), "w", OWNER_ONLY);
        try {
          const zeros = new Uint8Array(CHUNK_BYTES);
          for (let written = 0; written < bytes;) {
            written += writeSync(file, zeros, 0, Math.min(CHUNK_BYTES, bytes - written));
          }
          fsyncSync(file);
        } catch (error) {
          rmSync(place(name), { force: true });
          throw error;
        } finally {
          closeSync(file);
        }
      }),

    remove: (name) =>
      coded(name, () => {
        rmSync(place(name), { force: true });
        syncFolder();
      }),

    freeBytes: () =>
      coded(folder, () => {
        const { bavail, bsize } = statfsSync(folder);
        return bavail * bsize;
      }),
  };
}

function coded<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const code = codeOf(cause) === "ENOSPC" || codeOf(cause) === "EDQUOT" ? "store.full" : "store.io";
    throw new CodedError(code, `${what}: ${codeOf(cause)}`, { cause });
  }
}
