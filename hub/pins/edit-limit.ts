import { CodedError } from "../../protocol/errors.ts";
import { crockford, ID_LENGTH } from "../../protocol/ids.ts";
import type { Actor } from "../access.ts";
import type { HubContext } from "../context.ts";

/**
 * Whether a PIN clashes is an answer about other people's PINs. What an admin types is counted, so that nobody reads
 * them out by trying; what Generate stores is not.
 */

/** PINs that one admin may type within {@link PIN_EDIT_WINDOW_MS}. */
export const MAX_PIN_EDITS = 30;
export const PIN_EDIT_WINDOW_MS = 60 * 60 * 1000;

/** Counts `edits` typed PINs of this admin. Rejects with CodedError `pin.too-many-edits` when none is left. */
export async function countPinEdit(context: HubContext, actor: Actor, edits = 1): Promise<void> {
  const { person } = actor;
  if (person === null) return;
  const nowMs = context.wallClock.wallMs();
  await context.store.transaction(async (transaction) => {
    await transaction
      .deleteFrom("pin_edits")
      .where("at_ms", "<=", nowMs - PIN_EDIT_WINDOW_MS)
      .execute();
    const { count } = await transaction
      .selectFrom("pin_edits")
      .select((expression) => expression.fn.countAll<number>().as("count"))
      .where("actor", "=", person)
      .executeTakeFirstOrThrow();
    if (count >= MAX_PIN_EDITS) {
      throw new CodedError(
        "pin.too-many-edits",
        `${MAX_PIN_EDITS} PINs an hour may be typed: wait, or use Generate`,
      );
    }
    for (let edit = 0; edit < Math.min(edits, MAX_PIN_EDITS - count); edit += 1) {
      const id = crockford(context.random.bytes(10), ID_LENGTH);
      await transaction.insertInto("pin_edits").values({ id, actor: person, at_ms: nowMs }).execute();
    }
  });
}
