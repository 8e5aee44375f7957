import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { terminalId } from "../../protocol/ids.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";

/**
 * Who this terminal is: its Ed25519 key, made here and never sent, and what the hub gave it when it was claimed. A
 * file only its owner can read; a later issue seals it by the best thing the machine has (design section 7).
 */
const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

const identityFile = z.strictObject({
  publicKey: base64,
  privateKey: base64,
  /** Null until a hub has accepted this terminal. */
  paired: z.strictObject({ terminal: terminalId, terminalKey: base64 }).nullable(),
});
export type Identity = Readonly<z.infer<typeof identityFile>>;
/** What the hub gave: which terminal this is, and the key that only the two have (base64). */
export type Paired = NonNullable<Identity["paired"]>;
export type PairedIdentity = Identity & { readonly paired: Paired };

const FILE_NAME = "identity.json";
const OWNER_ONLY = 0o600;

/** Of a terminal that no hub has accepted yet, or not any more: with a key pair that nobody has seen. */
export function unpairedIdentity(): Identity {
  return { ...generateTerminalKeyPair(), paired: null };
}

/** Reads the identity in `folder`, or makes a new unpaired one there. Throws CodedError `identity.damaged` or `identity.io`. */
export function loadIdentity(folder: string): Identity {
  const path = join(folder, FILE_NAME);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      const fresh = unpairedIdentity();
      saveIdentity(folder, fresh);
      return fresh;
    }
    throw new CodedError("identity.io", `cannot read ${path}`, { cause });
  }
  try {
    return identityFile.parse(JSON.parse(text), { jitless: true });
  } catch {
    // No cause: it would carry the file's text, which is a secret.
    throw new CodedError("identity.damaged", `${path} is damaged: remove it and pair this terminal again`);
  }
}

/** Replaces the identity, durably: a power cut leaves the old file or the new one. */
export function saveIdentity(folder: string, identity: Identity): void {
  const path = join(folder, FILE_NAME);
  const temporary = `${path}.new`;
  try {
    const file = openSync(temporary, "w", OWNER_ONLY);
    try {
      writeSync(file, JSON.stringify(identity));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    const directory = openSync(dirname(path), "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch (cause) {
    throw new CodedError("identity.io", `cannot write ${path}`, { cause });
  }
}
