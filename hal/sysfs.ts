import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";

/**
 * The kernel's attributes as files (Linux, Documentation/filesystems/sysfs.rst): each holds one short text, and reading or writing it is a
 * call of the kernel's that takes microseconds. Calls throw Node's errors with their `code`.
 */
export interface SysfsFiles {
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): readonly string[];
  exists(path: string): boolean;
  /** Without the line's end. */
  read(path: string): string;
  write(path: string, text: string): void;
  /** Whether this user may write it. */
  writable(path: string): boolean;
  /** The path without links. */
  resolve(path: string): string;
}

/** This machine's. */
export const SYSFS: SysfsFiles = {
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  exists: existsSync,
  read: (path) => readFileSync(path, "utf8").trimEnd(),
  write: (path, text) => writeFileSync(path, text),
  writable(path) {
    try {
      accessSync(path, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  },
  resolve: (path) => realpathSync(path),
};
