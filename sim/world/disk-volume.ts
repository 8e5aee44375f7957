import type { Volume } from "../../device/ledger/volume.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { DiskError, type SimulatedDisk } from "./simulated-disk.ts";

/** A simulated disk as the place of a ledger's files. `open`: a database on it, by its file's name. */
export function diskVolume(disk: SimulatedDisk, open: (name: string) => SqlDriver): Volume {
  return {
    open,
    list: () => disk.names(),
    size: (name) => (disk.exists(name) ? disk.size(name) : null),
    read(name, offset, bytes) {
      const buffer = new Uint8Array(bytes);
      return buffer.subarray(0, disk.read(name, buffer, offset));
    },
    rename(from, to) {
      if (disk.exists(to)) throw new CodedError("store.io", `${to} is there already`);
      disk.rename(from, to);
    },
    reserve(name, bytes) {
      disk.create(name);
      try {
        disk.write(name, new Uint8Array(bytes), 0);
        disk.sync(name);
      } catch (cause) {
        disk.remove(name);
        const isFull = cause instanceof DiskError && cause.code === "ENOSPC";
        throw new CodedError(isFull ? "store.full" : "store.io", `${name} could not be written`, { cause });
      }
    },
    remove: (name) => disk.remove(name),
    freeBytes: () => disk.freeBytes(),
  };
}
