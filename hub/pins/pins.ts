import { CodedError } from "../../protocol/errors.ts";
import { isAdmin, type PinLength, type Role } from "../../protocol/roster.ts";
import { SALT_BYTES } from "../../protocol/seams.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction, PinColumns, Queries } from "../store/schema.ts";
import { generatePin } from "./generate.ts";
import { clashProblem, shapeProblem, UNUSED, type PinHolder, type PinProblem, type PinUse } from "./rules.ts";

/**
 * PINs against the database. A slow hash takes too long to be derived inside a transaction, so a PIN is chosen,
 * derived, and then checked again in the transaction that stores it: of two that clash, one is refused (PIN case 8).
 */

/** Times a generated PIN may be lost to someone who was faster before giving up. */
export const MAX_PIN_ATTEMPTS = 5;

const PROBLEM_TEXTS: Readonly<Record<PinProblem, string>> = {
  "pin.length": "a PIN has exactly as many digits as the workspace asks for",
  "pin.repeated": "a PIN cannot be one digit repeated",
  "pin.clash-role": "an admin and a non-admin cannot have the same PIN",
  "pin.clash-universal": "an admin and a kiosk cannot have the same PIN",
  "pin.clash-kiosk": "two kiosks cannot have the same Universal PIN",
};

/** A refused PIN: which rule, never which PIN or whose. */
export function pinRefused(problem: PinProblem): CodedError {
  return new CodedError(problem, PROBLEM_TEXTS[problem]);
}

export function holderOf(role: Role): PinHolder {
  return isAdmin(role) ? "admin" : "member";
}

/** A PIN ready to be stored. The PIN itself is kept only by the caller, who shows it once. */
export interface SealedPin {
  readonly pin: string;
  readonly columns: { readonly [Column in keyof PinColumns]: string };
}

/** Derives what is stored of a PIN: under a fresh salt, off the main thread. */
export async function sealPin(context: HubContext, pin: string): Promise<SealedPin> {
  const salt = context.random.bytes(SALT_BYTES);
  const slowHash = await context.kdf.derive(pin, salt);
  return {
    pin,
    columns: {
      pin_salt: Buffer.from(salt).toString("base64"),
      pin_slow_hash: Buffer.from(slowHash).toString("base64"),
      pin_index: context.secrets.pinIndex(pin),
    },
  };
}

/** Throws CodedError with the {@link PinProblem} that `pin` has for `holder`; nothing when it may be stored. */
export async function checkPin(
  queries: Queries,
  context: HubContext,
  pin: string,
  length: PinLength,
  holder: PinHolder,
): Promise<void> {
  const shape = shapeProblem(pin, length);
  if (shape !== null) throw pinRefused(shape);
  const index = context.secrets.pinIndex(pin);
  const people = await queries.selectFrom("people").select("role").where("pin_index", "=", index).execute();
  const kiosks = await queries.selectFrom("kiosks").select("id").where("pin_index", "=", index).execute();
  const clash = clashProblem(holder, {
    admins: people.some((person) => isAdmin(person.role)),
    members: people.some((person) => !isAdmin(person.role)),
    kiosks: kiosks.length > 0,
  });
  if (clash !== null) throw pinRefused(clash);
}

/** Proposes a PIN by {@link generatePin} against all PINs in use now. */
export async function proposePin(
  context: HubContext,
  length: PinLength,
  holder: PinHolder,
  ownNumber: string | null,
): Promise<string> {
  const uses = await pinUses(context.store.queries);
  const useOf = (pin: string): PinUse => uses.get(context.secrets.pinIndex(pin)) ?? UNUSED;
  return generatePin({ length, holder, ownNumber, useOf }, context.random);
}

async function pinUses(queries: Queries): Promise<ReadonlyMap<string, PinUse>> {
  const uses = new Map<string, PinUse>();
  const add = (index: string | null, use: Partial<PinUse>): void => {
    if (index !== null) uses.set(index, { ...UNUSED, ...uses.get(index), ...use });
  };
  for (const person of await queries.selectFrom("people").select(["pin_index", "role"]).execute()) {
    add(person.pin_index, isAdmin(person.role) ? { admins: true } : { members: true });
  }
  for (const kiosk of await queries.selectFrom("kiosks").select("pin_index").execute()) {
    add(kiosk.pin_index, { kiosks: true });
  }
  return uses;
}

/**
 * Gets a PIN stored: the given one (`typed`), or a generated one, once more when someone else was faster. `save` runs
 * after the check, in the same transaction. Rejects as {@link checkPin} and {@link proposePin} do.
 */
export async function storePin<Result>(
  context: HubContext,
  wish: {
    readonly length: PinLength;
    readonly holder: PinHolder;
    readonly ownNumber: string | null;
    readonly typed: string | null;
  },
  save: (transaction: HubTransaction, pin: SealedPin) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const pin = wish.typed ?? (await proposePin(context, wish.length, wish.holder, wish.ownNumber));
    // Refuse what is plainly wrong before the slow hash is paid for.
    await checkPin(context.store.queries, context, pin, wish.length, wish.holder);
    const sealed = await sealPin(context, pin);
    try {
      return await context.store.transaction(async (transaction) => {
        await checkPin(transaction, context, pin, wish.length, wish.holder);
        return save(transaction, sealed);
      });
    } catch (error) {
      const lostRace = error instanceof CodedError && error.code.startsWith("pin.clash-");
      if (wish.typed !== null || !lostRace || attempt >= MAX_PIN_ATTEMPTS) throw error;
    }
  }
}
