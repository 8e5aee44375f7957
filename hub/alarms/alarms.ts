import { CodedError } from "../../protocol/errors.ts";
import type { KioskId, PersonId, TerminalId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { Queries } from "../store/schema.ts";
import type { AlarmKind } from "../store/tries-schema.ts";
import { alarmId, type AlarmId } from "./ids.ts";

/** What admins have to know of, until they have seen it or its cause has ended. */

export interface AlarmListing {
  readonly alarm: AlarmId;
  readonly kind: AlarmKind;
  /** Whose PIN is guessed at; null: the kiosk's Universal PIN, or many people's. */
  readonly person: PersonId | null;
  readonly name: string | null;
  /** Where it happened last. */
  readonly kiosk: KioskId;
  readonly kioskName: string;
  readonly terminal: TerminalId | null;
  readonly atMs: number;
  /** Wrong PINs since the PIN was set; of a spray 0. */
  readonly guesses: number;
  readonly mustChange: boolean;
}

/** Alarms that nobody has dismissed and that can be acted on, the newest first. */
export async function listAlarms(queries: Queries): Promise<AlarmListing[]> {
  const rows = await queries
    .selectFrom("alarms")
    .innerJoin("kiosks", "kiosks.id", "alarms.kiosk")
    .leftJoin("people", "people.id", "alarms.person")
    .selectAll("alarms")
    .select("people.name")
    .select((row) => row.fn.coalesce("kiosks.deleted_name", "kiosks.name").$notNull().as("kiosk_name"))
    .where("alarms.dismissed_ms", "is", null)
    // A Universal PIN is inert while Requires PIN is off, and cannot be changed (PIN case 6).
    .where((row) =>
      row.or([
        row("alarms.kind", "!=", "slow-guess"),
        row("alarms.person", "is not", null),
        row("kiosks.requires_pin", "=", 1),
      ]),
    )
    .orderBy("alarms.at_ms", "desc")
    .orderBy("alarms.id")
    .execute();
  return rows.map((row) => ({
    alarm: alarmId.parse(row.id),
    kind: row.kind,
    person: row.person,
    name: row.name,
    kiosk: row.kiosk,
    kioskName: row.kiosk_name,
    terminal: row.terminal,
    atMs: row.at_ms,
    guesses: row.guesses,
    mustChange: row.must_change === 1,
  }));
}

/**
 * Dismisses an alarm: it comes back only for a new cause, or when it gets worse. Rejects with CodedError `alarm.unknown`,
 * `alarm.must-change` for one that a new PIN ends and nothing else, `access.admins-only`.
 */
export async function dismissAlarm(context: HubContext, actor: Actor, alarm: AlarmId): Promise<void> {
  requireAdmin(actor);
  await context.store.transaction(async (transaction) => {
    const row = await transaction
      .selectFrom("alarms")
      .select(["person", "kiosk", "must_change"])
      .where("id", "=", alarm)
      .where("dismissed_ms", "is", null)
      .executeTakeFirst();
    if (row === undefined) throw new CodedError("alarm.unknown", "there is no such alarm");
    if (row.must_change === 1) {
      throw new CodedError("alarm.must-change", "this PIN must be changed: then the alarm goes by itself");
    }
    await transaction
      .updateTable("alarms")
      .set({ dismissed_ms: context.wallClock.wallMs() })
      .where("id", "=", alarm)
      .execute();
    await recordAudit(transaction, context, {
      actor,
      action: "alarm.dismissed",
      subject: row.person ?? row.kiosk,
    });
  });
  context.changes.tell({ topics: ["requests"], rosters: [] });
}
