import { createHmac, timingSafeEqual } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { CodedError } from "../protocol/errors.ts";
import type { TerminalId } from "../protocol/ids.ts";
import type { Random } from "../protocol/seams.ts";

/**
 * One secret of 32 bytes, in a file of its own apart from the database: who has only the database can neither make
 * terminal keys nor try PINs against the index. Everything else is derived from it, each use under its own label.
 */
export const HUB_KEY_BYTES = 32;
export const HUB_KEY_FILE = "hub.key";

export interface HubSecrets {
  /**
   * The key under which a terminal's PIN verifiers are made: derived, never stored. A new epoch is a new key, for a
   * terminal whose key may be known to someone else.
   */
  terminalKey(terminal: TerminalId, epoch: number): Uint8Array;
  /** Equal PINs have equal indexes, and nothing else can be told from one: 64 hex digits. */
  pinIndex(pin: string): string;
  /** The same for the same hub key: kept in the database to notice a key that belongs to another one. */
  readonly keyCheck: string;
}

export function hubSecrets(hubKey: Uint8Array): HubSecrets {
  if (hubKey.length !== HUB_KEY_BYTES) throw new RangeError(`a hub key has ${HUB_KEY_BYTES} bytes`);
  const derive = (label: string, ...parts: readonly (string | number)[]): Buffer =>
    createHmac("sha256", hubKey)
      .update([label, ...parts].join("\0"))
      .digest();
  return {
    terminalKey: (terminal, epoch) => new Uint8Array(derive("terminal key", terminal, epoch)),
    pinIndex: (pin) => derive("pin index", pin).toString("hex"),
    keyCheck: derive("key check").toString("hex"),
  };
}

/** Whether a database's key check was made under this key, in constant time. */
export function isKeyOf(secrets: HubSecrets, keyCheck: string): boolean {
  const own = Buffer.from(secrets.keyCheck);
  const other = Buffer.from(keyCheck);
  return own.length === other.length && timingSafeEqual(own, other);
}

/**
 * Reads `hub.key` of the data folder, or makes it (mode 0600) when `mayCreate`. Throws CodedError `hub.key-missing`
 * when it is absent and may not be made, `hub.key` when it has not 64 hex digits, `hub.data` when the folder refuses.
 */
export function loadHubKey(dataDir: string, random: Random, mayCreate: boolean): Uint8Array {
  const path = join(dataDir, HUB_KEY_FILE);
  if (!existsSync(path)) {
    if (!mayCreate) {
      throw new CodedError(
        "hub.key-missing",
        `${path} is missing: restore it from the backup of this data folder; without it no PIN works`,
      );
    }
    writeNewKey(dataDir, path, random);
  }
  const text = readFileSync(path, "utf8").trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new CodedError("hub.key", `${path} must hold ${HUB_KEY_BYTES * 2} hexadecimal digits`);
  }
  return new Uint8Array(Buffer.from(text, "hex"));
}

/** Whole or not at all: a power cut while writing must not leave half a key that is taken for one. */
function writeNewKey(dataDir: string, path: string, random: Random): void {
  const unfinished = `${path}.new`;
  try {
    rmSync(unfinished, { force: true });
    const file = openSync(unfinished, "wx", 0o600);
    writeSync(file, `${Buffer.from(random.bytes(HUB_KEY_BYTES)).toString("hex")}\n`);
    fsyncSync(file);
    closeSync(file);
    // A link, unlike a rename, never replaces a key that another process made meanwhile.
    linkSync(unfinished, path);
    rmSync(unfinished);
    const folder = openSync(dataDir, "r");
    fsyncSync(folder);
    closeSync(folder);
  } catch (cause) {
    throw new CodedError("hub.data", `cannot write ${path}`, { cause });
  }
}
