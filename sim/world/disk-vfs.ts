import type { sqlite3_io_methods, Sqlite3Static, WasmPointer } from "@sqlite.org/sqlite-wasm";
import { DiskError, type SimulatedDisk } from "./simulated-disk.ts";

/**
 * A SQLite VFS (sqlite.org/vfs.html) whose files are on simulated disks. One VFS serves all disks of a process: a
 * database is opened as `<disk number>/<file name>`.
 */

const VFS_NAME = "simulated-disk";
const MAX_PATH_BYTES = 256;

export interface DiskVfs {
  readonly vfsName: string;
  /** Makes a disk reachable; returns the prefix of its file names. */
  mount(disk: SimulatedDisk): string;
  /** Forgets it; nothing of it may be open any more. */
  unmount(prefix: string): void;
}

/** A result code, as the package types it. */
type ResultCode = ReturnType<sqlite3_io_methods["xClose"]>;

interface OpenFile {
  readonly disk: SimulatedDisk;
  readonly name: string;
  readonly deleteOnClose: boolean;
}

/** Registers the VFS; once per instance of the wasm module. */
export function registerDiskVfs({ capi, wasm, vfs }: Sqlite3Static): DiskVfs {
  const disks = new Map<string, SimulatedDisk>();
  const openFiles = new Map<WasmPointer, OpenFile>();
  let nextTemporary = 0;
  let nextDisk = 1;

  const io = new capi.sqlite3_io_methods();
  const struct = new capi.sqlite3_vfs();
  struct.$iVersion = 1;
  const example = new capi.sqlite3_file();
  struct.$szOsFile = example.structInfo.sizeof;
  example.dispose();
  struct.$mxPathname = MAX_PATH_BYTES;

  function locate(path: string): { disk: SimulatedDisk; name: string } | null {
    const slash = path.indexOf("/");
    const disk = disks.get(path.slice(0, slash));
    return disk === undefined ? null : { disk, name: path.slice(slash + 1) };
  }
  /** Runs a method on an open file; anything thrown is SQLite's I/O error, never an exception through C frames. */
  function onFile(
    pointer: WasmPointer,
    failure: ResultCode,
    run: (file: OpenFile) => ResultCode,
  ): ResultCode {
    const file = openFiles.get(pointer);
    if (file === undefined) return failure;
    try {
      return run(file);
    } catch (error) {
      return error instanceof DiskError && error.code === "ENOSPC" ? capi.SQLITE_FULL : failure;
    }
  }

  vfs.installVfs({
    io: {
      struct: io,
      methods: {
        xClose: (pointer) =>
          onFile(pointer, capi.SQLITE_IOERR, ({ disk, name, deleteOnClose }) => {
            openFiles.delete(pointer);
            if (deleteOnClose) disk.remove(name);
            return capi.SQLITE_OK;
          }),
        xRead: (pointer, buffer, bytes, offset) =>
          onFile(pointer, capi.SQLITE_IOERR_READ, ({ disk, name }) => {
            const start = asNumber(buffer);
            const read = disk.read(name, wasm.heap8u().subarray(start, start + bytes), asNumber(offset));
            return read === bytes ? capi.SQLITE_OK : capi.SQLITE_IOERR_SHORT_READ;
          }),
        xWrite: (pointer, buffer, bytes, offset) =>
          onFile(pointer, capi.SQLITE_IOERR_WRITE, ({ disk, name }) => {
            const start = asNumber(buffer);
            disk.write(name, wasm.heap8u().subarray(start, start + bytes), asNumber(offset));
            return capi.SQLITE_OK;
          }),
        xTruncate: (pointer, size) =>
          onFile(pointer, capi.SQLITE_IOERR_TRUNCATE, ({ disk, name }) => {
            disk.truncate(name, asNumber(size));
            return capi.SQLITE_OK;
          }),
        xSync: (pointer) =>
          onFile(pointer, capi.SQLITE_IOERR_FSYNC, ({ disk, name }) => {
            disk.sync(name);
            return capi.SQLITE_OK;
          }),
        xFileSize: (pointer, sizeOut) =>
          onFile(pointer, capi.SQLITE_IOERR_FSTAT, ({ disk, name }) => {
            wasm.poke(sizeOut, disk.size(name), "i64");
            return capi.SQLITE_OK;
          }),
        // One process, one connection a file: nothing to lock against.
        xLock: () => capi.SQLITE_OK,
        xUnlock: () => capi.SQLITE_OK,
        xCheckReservedLock: (_pointer, resultOut) => {
          wasm.poke32(resultOut, 0);
          return capi.SQLITE_OK;
        },
        xFileControl: () => capi.SQLITE_NOTFOUND,
        xDeviceCharacteristics: () => capi.SQLITE_OK,
      },
    },
    vfs: {
      struct,
      name: VFS_NAME,
      methods: {
        xOpen(_vfs, pathPointer, pointer, flags, flagsOut) {
          const path = pathPointer ? (wasm.cstrToJs(pathPointer) ?? "") : "";
          // A nameless file is a temporary one; it lives on the first disk there is.
          const [anyDisk] = disks.values();
          const temporary =
            anyDisk === undefined ? null : { disk: anyDisk, name: `temporary-${nextTemporary++}` };
          const place = path === "" ? temporary : locate(path);
          if (place === null) return capi.SQLITE_CANTOPEN;
          if (!place.disk.exists(place.name)) {
            if ((flags & capi.SQLITE_OPEN_CREATE) === 0) return capi.SQLITE_CANTOPEN;
            if (!succeeds(() => place.disk.create(place.name))) return capi.SQLITE_CANTOPEN;
          }
          const deleteOnClose = (flags & capi.SQLITE_OPEN_DELETEONCLOSE) !== 0;
          openFiles.set(pointer, { ...place, deleteOnClose });
          const file = new capi.sqlite3_file(pointer);
          file.$pMethods = io.pointer;
          file.dispose();
          if (flagsOut) wasm.poke32(flagsOut, flags);
          return capi.SQLITE_OK;
        },
        xDelete(_vfs, pathPointer) {
          const place = locate(wasm.cstrToJs(pathPointer) ?? "");
          if (!place?.disk.exists(place.name)) return capi.SQLITE_IOERR_DELETE_NOENT;
          return succeeds(() => place.disk.remove(place.name)) ? capi.SQLITE_OK : capi.SQLITE_IOERR_DELETE;
        },
        xAccess(_vfs, pathPointer, _flags, resultOut) {
          const place = locate(wasm.cstrToJs(pathPointer) ?? "");
          wasm.poke32(resultOut, place?.disk.exists(place.name) === true ? 1 : 0);
          return capi.SQLITE_OK;
        },
        xFullPathname(_vfs, pathPointer, bytes, out) {
          return wasm.cstrncpy(out, pathPointer, bytes) < bytes ? capi.SQLITE_OK : capi.SQLITE_CANTOPEN;
        },
        // The database's own randomness and clock decide nothing we look at; constants keep a run the same to the byte.
        xRandomness(_vfs, bytes, out) {
          wasm.heap8u().fill(7, asNumber(out), asNumber(out) + bytes);
          return capi.SQLITE_OK;
        },
        xSleep: () => capi.SQLITE_OK,
        xCurrentTime(_vfs, out) {
          wasm.poke(out, JULIAN_DAY_OF_EPOCH, "double");
          return capi.SQLITE_OK;
        },
        xGetLastError: () => undefined,
      },
    },
  });

  return {
    vfsName: VFS_NAME,
    mount(disk) {
      const number = String(nextDisk++);
      disks.set(number, disk);
      return number;
    },
    unmount: (prefix) => void disks.delete(prefix),
  };
}

/** A disk that fails must not throw through C frames. */
function succeeds(change: () => void): boolean {
  try {
    change();
    return true;
  } catch {
    return false;
  }
}

/** 1970-01-01T00:00Z as SQLite counts days. */
const JULIAN_DAY_OF_EPOCH = 2440587.5;

/** Offsets, sizes and pointers of 64 bits come as BigInt, whatever the package's types say. */
function asNumber(value: number | bigint): number {
  return Number(value);
}
