import { createHmac, timingSafeEqual } from "node:crypto";
import type { TerminalId } from "../protocol/ids.ts";
import { PinKeys } from "./pins/pin-keys.ts";

/**
 * One secret of 32 bytes, in a file of its own apart from the database (hub-key.ts): who has only the database can
 * neither make terminal keys nor try PINs. Everything else is derived from it, each use under its own label.
 */
export const HUB_KEY_BYTES = 32;
/** Derived keys kept: each is needed at every change of its terminal's roster. */
const MAX_TERMINAL_KEYS = 1_024;

export interface HubSecrets {
  /**
   * The key under which a terminal's PIN verifiers are made: derived, never stored. A new epoch is a new key, for a
   * terminal whose key may be known to someone else.
   */
  terminalKey(terminal: TerminalId, epoch: number): Uint8Array;
  readonly pins: PinKeys;
  /** Keys what is kept of a password: the database alone does not let anyone try passwords. */
  readonly passwordKey: Uint8Array;
  /** Seals answers that are kept to be given again, and marks requests; see http/idempotency.ts. */
  readonly answerKey: Uint8Array;
  /** The same for the same hub key: kept in the database to notice a key that belongs to another one. */
  readonly keyCheck: string;
}

/** `laterPinKeys`: secrets for PINs alone that followed the hub key by rotation, the newest last. */
export function hubSecrets(hubKey: Uint8Array, ...laterPinKeys: readonly Uint8Array[]): HubSecrets {
  if (hubKey.length !== HUB_KEY_BYTES) throw new RangeError(`a hub key has ${HUB_KEY_BYTES} bytes`);
  const derive = (label: string, ...parts: readonly (string | number)[]): Buffer =>
    createHmac("sha256", hubKey)
      .update([label, ...parts].join("\0"))
      .digest();
  const terminalKeys = new Map<string, Uint8Array>();
  return {
    terminalKey(terminal, epoch) {
      const whose = `${terminal} ${epoch}`;
      const key = terminalKeys.get(whose) ?? new Uint8Array(derive("terminal key", terminal, epoch));
      if (terminalKeys.size >= MAX_TERMINAL_KEYS) terminalKeys.clear();
      terminalKeys.set(whose, key);
      return key;
    },
    pins: new PinKeys(hubKey, ...laterPinKeys),
    passwordKey: new Uint8Array(derive("passwords")),
    answerKey: new Uint8Array(derive("kept answers")),
    keyCheck: derive("key check").toString("hex"),
  };
}

/** Whether a database's key check was made under this key, in constant time. */
export function isKeyOf(secrets: HubSecrets, keyCheck: string): boolean {
  const own = Buffer.from(secrets.keyCheck);
  const other = Buffer.from(keyCheck);
  return own.length === other.length && timingSafeEqual(own, other);
}
