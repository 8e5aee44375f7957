import type { ClockFacts } from "../../protocol/event-time.ts";
import type { PersonId, TerminalId } from "../../protocol/ids.ts";
import type { RawClockColumns, TimeColumns } from "../store/history-schema.ts";
import type { HubTransaction } from "../store/schema.ts";
import { readTimes, type Retimed } from "./boots.ts";
import { offsetAt } from "./days.ts";
import { orderOfEvent } from "./order.ts";

/**
 * Gives the punches and undos of boots the times that are known now. Raw facts stay. Answers whose history changes with it,
 * and from when on.
 */
export async function retime(
  transaction: HubTransaction,
  terminal: TerminalId,
  boots: readonly Retimed[],
): Promise<ReadonlyMap<PersonId, number>> {
  const changed = new Map<PersonId, number>();
  const note = (person: PersonId, ...sinceMs: readonly number[]): void =>
    void changed.set(person, Math.min(changed.get(person) ?? Infinity, ...sinceMs));
  for (const boot of boots) {
    await retimePunches(transaction, terminal, boot, note);
    await retimeUndos(transaction, terminal, boot, note);
  }
  return changed;
}

type Note = (person: PersonId, ...sinceMs: readonly number[]) => void;

async function retimePunches(
  transaction: HubTransaction,
  terminal: TerminalId,
  retimed: Retimed,
  note: Note,
): Promise<void> {
  const rows = await transaction
    .selectFrom("punches")
    .innerJoin("kiosks", "kiosks.id", "punches.kiosk")
    .innerJoin("boots", (join) =>
      join
        .onRef("boots.terminal", "=", "punches.terminal")
        .onRef("boots.store", "=", "punches.store")
        .onRef("boots.boot", "=", "punches.boot")
        // By their numbers, they are found without looking through the store.
        .onRef("boots.first_seq", "<=", "punches.seq")
        .onRef("boots.last_seq", ">=", "punches.seq"),
    )
    .selectAll("punches")
    .select("kiosks.time_zone")
    .where("punches.terminal", "=", terminal)
    .where("punches.store", "=", retimed.store)
    .where("boots.boot", "=", retimed.boot)
    .execute();
  if (rows.length === 0) return;
  const timeOf = await readTimes(transaction, terminal, retimed);
  for (const row of rows) {
    const time = timeOf({ ...clockOf(row), receivedMs: row.received_ms });
    if (isSame(row, time)) continue;
    note(row.person, row.order_ms, row.at_ms, time.at_ms);
    await transaction
      .updateTable("punches")
      .set({ ...time, offset_minutes: offsetAt(time.at_ms, row.time_zone) })
      .where("terminal", "=", terminal)
      .where("store", "=", row.store)
      .where("seq", "=", row.seq)
      .execute();
  }
}

async function retimeUndos(
  transaction: HubTransaction,
  terminal: TerminalId,
  retimed: Retimed,
  note: Note,
): Promise<void> {
  const rows = await transaction
    .selectFrom("undos")
    .selectAll()
    .where("terminal", "=", terminal)
    .where("store", "=", retimed.store)
    .where("boot", "=", retimed.boot)
    .execute();
  if (rows.length === 0) return;
  const timeOf = await readTimes(transaction, terminal, retimed);
  for (const row of rows) {
    const time = timeOf({ ...clockOf(row), receivedMs: row.received_ms });
    if (isSame(row, time)) continue;
    note(row.person, time.at_ms, (await orderOfEvent(transaction, row)) ?? time.at_ms);
    await transaction
      .updateTable("undos")
      .set(time)
      .where("terminal", "=", terminal)
      .where("store", "=", row.store)
      .where("seq", "=", row.seq)
      .execute();
  }
}

const clockOf = (row: RawClockColumns): ClockFacts => ({
  boot: row.boot,
  monotonicMs: row.monotonic_ms,
  wallMs: row.wall_ms,
  clock: row.clock,
});

const isSame = (one: TimeColumns, other: TimeColumns): boolean =>
  one.at_ms === other.at_ms &&
  one.basis === other.basis &&
  one.from_ms === other.from_ms &&
  one.to_ms === other.to_ms &&
  one.known_ms === other.known_ms;
