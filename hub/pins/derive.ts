import { SALT_BYTES } from "../../protocol/seams.ts";
import type { HubContext } from "../context.ts";
import type { PinColumns } from "../store/schema.ts";
import type { PinOwner } from "./pin-keys.ts";

/** What is kept of a PIN. The slow hash is the costly part: one a PIN change, however many terminals there are. */

/** Slow hashes under way at once: as many threads as Node has for them. */
const HASHES_AT_ONCE = 4;

/** A PIN ready to be stored. The PIN itself is kept only by the caller, who shows it once. */
export interface DerivedPin {
  readonly pin: string;
  readonly columns: { readonly [Column in keyof PinColumns]: string };
}

/** Derives what is stored of a PIN: under a fresh salt, off the main thread. */
export async function derivePin(context: HubContext, owner: PinOwner, pin: string): Promise<DerivedPin> {
  const { random, secrets } = context;
  const salt = random.bytes(SALT_BYTES);
  const slowHash = await context.kdf.derive(pin, salt);
  return {
    pin,
    columns: {
      pin_salt: Buffer.from(salt).toString("base64"),
      pin_slow_hash: secrets.pins.seal(owner, "slow hash", slowHash, random),
      pin_index: secrets.pins.index(pin),
      pin_sealed: secrets.pins.seal(owner, "pin", Buffer.from(pin), random),
    },
  };
}

/** What of a derived PIN goes into the database: not the PIN where PINs are write-only. */
export function storedColumns(
  derived: DerivedPin,
  workspace: { readonly writeOnlyPins: boolean },
): PinColumns {
  return workspace.writeOnlyPins ? { ...derived.columns, pin_sealed: null } : derived.columns;
}

/** {@link derivePin} for many, a few at a time. */
export async function derivePins(
  context: HubContext,
  wanted: readonly { readonly owner: PinOwner; readonly pin: string }[],
): Promise<ReadonlyMap<PinOwner, DerivedPin>> {
  const derived = new Map<PinOwner, DerivedPin>();
  for (let from = 0; from < wanted.length; from += HASHES_AT_ONCE) {
    const some = wanted.slice(from, from + HASHES_AT_ONCE);
    await Promise.all(
      some.map(async ({ owner, pin }) => void derived.set(owner, await derivePin(context, owner, pin))),
    );
  }
  return derived;
}
