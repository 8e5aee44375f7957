import { createHash } from "node:crypto";
import type { PersonId } from "../../protocol/ids.ts";
import type { PinVerifier } from "../../protocol/roster.ts";
import type { SqlDriver } from "../../protocol/seams.ts";

/**
 * Wrong PINs that were tried on a person, as keyed hashes (device/pin/wrong-mark.ts): the same one again is free (product.md
 * section 3, "Waits"). They belong to the PIN that they were tried instead of, and go with it.
 */

/** Kept of each person (design section 7); the one not tried for longest makes way. */
export const MAX_WRONG_PINS = 10;

export interface WrongPins {
  /** Marks that count as tried already, for someone with this PIN. */
  of(person: PersonId, pin: PinVerifier | null): readonly string[];
  /** Adds a mark, or makes it the latest. Part of a transaction, or one by itself. */
  add(person: PersonId, pin: PinVerifier | null, mark: string): void;
  forget(person: PersonId): void;
  forgetAll(): void;
}

export function openWrongPins(driver: SqlDriver): WrongPins {
  return {
    of: (person, pin) =>
      driver
        .prepare("SELECT mark FROM wrong_pins WHERE person = ? AND pin_set = ? ORDER BY used")
        .all([person, pinSet(pin)])
        .map((row) => String(row["mark"])),

    add(person, pin, mark) {
      driver
        .prepare(
          `INSERT OR REPLACE INTO wrong_pins (person, mark, pin_set, used)
           VALUES (?, ?, ?, (SELECT coalesce(max(used), 0) + 1 FROM wrong_pins WHERE person = ?))`,
        )
        .run([person, mark, pinSet(pin), person]);
      driver
        .prepare(
          `DELETE FROM wrong_pins WHERE person = ? AND (pin_set <> ? OR mark NOT IN
             (SELECT mark FROM wrong_pins WHERE person = ? AND pin_set = ? ORDER BY used DESC LIMIT ${MAX_WRONG_PINS}))`,
        )
        .run([person, pinSet(pin), person, pinSet(pin)]);
    },

    forget: (person) => void driver.prepare("DELETE FROM wrong_pins WHERE person = ?").run([person]),
    forgetAll: () => void driver.prepare("DELETE FROM wrong_pins").run([]),
  };
}

/** Names one setting of a PIN without its salt, which is kept under seal. */
function pinSet(pin: PinVerifier | null): string {
  return pin === null ? "" : createHash("sha256").update(pin.salt).digest("base64");
}
