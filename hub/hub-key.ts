import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { CodedError } from "../protocol/errors.ts";
import type { Random } from "../protocol/seams.ts";
import { HUB_KEY_BYTES } from "./secrets.ts";

/**
 * The file `hub.key` of the data folder: 64 hexadecimal digits a line. The first is the hub key; later ones are keys for
 * PINs alone, made by rotation, the newest last.
 */
export const HUB_KEY_FILE = "hub.key";

/** One in use, and the one that a rotation under way replaces. */
const MAX_LATER_KEYS = 2;

export interface HubKeys {
  readonly hubKey: Uint8Array;
  readonly laterPinKeys: readonly Uint8Array[];
}

/**
 * Reads the file, or makes it (mode 0600) when `mayCreate`. Throws CodedError `hub.key-missing` when it is absent and
 * may not be made, `hub.key` when it holds anything but keys, `hub.data` when the folder refuses.
 */
export function loadHubKeys(dataDir: string, random: Random, mayCreate: boolean): HubKeys {
  const path = join(dataDir, HUB_KEY_FILE);
  if (!existsSync(path)) {
    if (!mayCreate) {
      throw new CodedError(
        "hub.key-missing",
        `${path} is missing: restore it from the backup of this data folder; without it no PIN works`,
      );
    }
    // A link, unlike a rename, never replaces a key that another process made meanwhile.
    write(dataDir, [random.bytes(HUB_KEY_BYTES)], linkSync);
  }
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const [hubKey, ...laterPinKeys] = lines.map((line) => new Uint8Array(Buffer.from(line, "hex")));
  const isSound = lines.every((line) => /^[0-9a-f]{64}$/.test(line));
  if (hubKey === undefined || !isSound || laterPinKeys.length > MAX_LATER_KEYS) {
    throw new CodedError(
      "hub.key",
      `${path} must hold ${HUB_KEY_BYTES * 2} hexadecimal digits a line, in ${1 + MAX_LATER_KEYS} lines at most`,
    );
  }
  return { hubKey, laterPinKeys };
}

/**
 * Adds a key for PINs, on disk when this returns. While a rotation is unfinished (see {@link retirePinKeys}) its key is
 * the one, and none is added.
 */
export function addPinKey(dataDir: string, keys: HubKeys, random: Random): HubKeys {
  if (keys.laterPinKeys.length >= MAX_LATER_KEYS) return keys;
  const added = { ...keys, laterPinKeys: [...keys.laterPinKeys, random.bytes(HUB_KEY_BYTES)] };
  write(dataDir, [added.hubKey, ...added.laterPinKeys], renameSync);
  return added;
}

/** Drops all keys for PINs but the newest, once nothing is kept under them any more. */
export function retirePinKeys(dataDir: string, keys: HubKeys): void {
  if (keys.laterPinKeys.length > 1) write(dataDir, [keys.hubKey, ...keys.laterPinKeys.slice(-1)], renameSync);
}

/** Whole or not at all: a power cut while writing must not leave half a key that is taken for one. */
function write(
  dataDir: string,
  keys: readonly Uint8Array[],
  publish: (unfinished: string, path: string) => void,
): void {
  const path = join(dataDir, HUB_KEY_FILE);
  const unfinished = `${path}.new`;
  try {
    rmSync(unfinished, { force: true });
    const file = openSync(unfinished, "wx", 0o600);
    writeSync(file, keys.map((key) => `${Buffer.from(key).toString("hex")}\n`).join(""));
    fsyncSync(file);
    closeSync(file);
    publish(unfinished, path);
    rmSync(unfinished, { force: true });
    const folder = openSync(dataDir, "r");
    fsyncSync(folder);
    closeSync(folder);
  } catch (cause) {
    throw new CodedError("hub.data", `cannot write ${path}`, { cause });
  }
}
