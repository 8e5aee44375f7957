import { makeId, type KioskId, type PersonId, type TerminalId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import { queueNotice } from "../mail/queue.ts";
import { flag, type HubTransaction, type Queries } from "../store/schema.ts";
import { alarmId } from "./ids.ts";

/**
 * Slow guessing (design.md section 7): who keeps the waits and guesses for weeks. Wrong PINs are counted from the day a
 * PIN was set, whatever successes came between; each one at a kiosk guesses at its Universal PIN too.
 */

/** A wrong PIN at somebody's, or at a kiosk's PIN. */
export interface Guess {
  readonly owner: PersonId | KioskId;
  /** Null: the Universal PIN. */
  readonly person: PersonId | null;
  readonly kiosk: KioskId;
  readonly terminal: TerminalId;
  /** When it was typed, as the terminal's clock had it. */
  readonly atMs: number;
}

/** From how many guesses on admins are told, and the PIN must be changed. */
export interface GuessLimits {
  readonly told: number;
  readonly change: number;
}

type Context = Pick<HubContext, "random" | "wallClock">;

/** Counts a guess, and makes or worsens the alarm where one is due: it is told once for each of the two numbers. */
export async function countGuess(
  transaction: HubTransaction,
  context: Context,
  guess: Guess,
  limits: GuessLimits,
): Promise<void> {
  const { guesses } = await transaction
    .insertInto("pin_guesses")
    .values({ owner: guess.owner, guesses: 1 })
    .onConflict((conflict) =>
      conflict.column("owner").doUpdateSet((row) => ({ guesses: row("pin_guesses.guesses", "+", 1) })),
    )
    .returning("guesses")
    .executeTakeFirstOrThrow();
  if (guesses < limits.told) return;
  const mustChange = guesses >= limits.change;
  const { owner, person, kiosk, terminal, atMs } = guess;
  const known = await transaction
    .selectFrom("alarms")
    .select(["id", "must_change"])
    .where("kind", "=", "slow-guess")
    .where("owner", "=", owner)
    .executeTakeFirst();
  const state = { kiosk, terminal, at_ms: atMs, guesses, must_change: flag(mustChange) };
  const isWorse = known === undefined || (mustChange && known.must_change === 0);
  const alarm = known?.id ?? makeId(alarmId, context.random);
  if (known === undefined) {
    await transaction
      .insertInto("alarms")
      .values({ id: alarm, kind: "slow-guess", owner, person, ...state, dismissed_ms: null })
      .execute();
  } else {
    await transaction
      .updateTable("alarms")
      .set({ ...state, ...(isWorse ? { dismissed_ms: null } : {}) })
      .where("id", "=", alarm)
      .execute();
  }
  if (!isWorse) return;
  await queueNotice(transaction, context, {
    kind: "slow-guess",
    alarm,
    person,
    kiosk,
    guesses,
    mustChange,
    atMs,
  });
}

/** Those whose PIN must be changed. */
export async function peopleWhoMustChange(queries: Queries): Promise<ReadonlySet<PersonId | null>> {
  const rows = await queries
    .selectFrom("alarms")
    .select("person")
    .where("kind", "=", "slow-guess")
    .where("must_change", "=", 1)
    .execute();
  return new Set(rows.map((row) => row.person));
}

/** There is a new PIN, or none any more: nobody has guessed at that. */
export async function forgetGuesses(transaction: HubTransaction, owner: PersonId | KioskId): Promise<void> {
  await transaction.deleteFrom("pin_guesses").where("owner", "=", owner).execute();
  await transaction
    .deleteFrom("alarms")
    .where("kind", "=", "slow-guess")
    .where("owner", "=", owner)
    .execute();
}
