import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "./errno.ts";

/**
 * What is exported through sysfs belongs to no process: the line of a program that was killed stays exported, and looks like another
 * program's. So that the next life knows its own, each is written down in a folder that the next boot empties.
 */
export interface Claims {
  /** Whether a process of ours that is gone has left this exported. */
  abandoned(what: string): boolean;
  add(what: string): void;
  remove(what: string): void;
}

/** A folder of the service, kept from one life to the next and empty after a boot (systemd, RuntimeDirectoryPreserve=). */
export const CLAIMS_FOLDER = "/run/punchbox";

/** Files of this process's own claims: one with its number that is not among them is from an earlier process that had the same. */
const ours = new Set<string>();

/** Claims as files with a process number in them. Where the folder is missing there are none, and what is exported is somebody else's. */
export function claimsIn(folder: string = CLAIMS_FOLDER): Claims {
  const path = (what: string): string => join(folder, `claim-${what}`);
  return {
    abandoned(what) {
      const owner = ownerIn(path(what));
      if (owner === null) return false;
      return owner === process.pid ? !ours.has(path(what)) : !isAlive(owner);
    },
    add(what) {
      ours.add(path(what));
      try {
        writeFileSync(path(what), String(process.pid));
      } catch {
        // Without it a killed process leaves its lines behind; nothing else depends on it.
      }
    },
    remove(what) {
      ours.delete(path(what));
      try {
        rmSync(path(what), { force: true });
      } catch {
        // As above.
      }
    },
  };
}

function ownerIn(path: string): number | null {
  try {
    const owner = Number(readFileSync(path, "utf8"));
    return Number.isInteger(owner) && owner > 0 ? owner : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error).code !== "ESRCH";
  }
}
