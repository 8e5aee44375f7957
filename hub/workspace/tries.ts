import type * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { trySettings } from "../../protocol/roster.ts";
import { DEFAULT_TRY_SETTINGS, type TrySettings } from "../../protocol/try-settings.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { touchSettings } from "../kiosks/revision.ts";
import type { Queries } from "../store/schema.ts";
import { alarmSettings, DEFAULT_ALARM_SETTINGS, type AlarmSettings } from "./alarm-settings.ts";

/** What wrong PINs cost in this workspace, and from how many on admins are told. */

export interface WrongPinSettings {
  readonly tries: TrySettings;
  readonly alarms: AlarmSettings;
}

/** The defaults where nothing was decided, and before there is a workspace. */
export async function wrongPinSettings(queries: Queries): Promise<WrongPinSettings> {
  const row = await queries
    .selectFrom("workspace")
    .select(["try_settings", "alarm_settings"])
    .executeTakeFirst();
  return {
    tries: kept(trySettings, row?.try_settings) ?? DEFAULT_TRY_SETTINGS,
    alarms: kept(alarmSettings, row?.alarm_settings) ?? DEFAULT_ALARM_SETTINGS,
  };
}

function kept<Settings>(schema: z.ZodType<Settings>, text: string | null | undefined): Settings | null {
  return text === null || text === undefined ? null : schema.parse(JSON.parse(text));
}

/**
 * Changes them; every terminal takes the new ones at once. What was counted stays counted. Rejects with CodedError
 * `workspace.tries` for numbers that contradict each other, `access.admins-only`.
 */
export async function changeWrongPinSettings(
  context: HubContext,
  actor: Actor,
  { tries, alarms }: WrongPinSettings,
): Promise<void> {
  requireAdmin(actor);
  requireOrder(tries, alarms);
  const rosters = await context.store.transaction(async (transaction) => {
    await transaction
      .updateTable("workspace")
      .set({ try_settings: JSON.stringify(tries), alarm_settings: JSON.stringify(alarms) })
      .execute();
    await recordAudit(transaction, context, { actor, action: "workspace.tries-changed", subject: null });
    const kiosks = await transaction
      .selectFrom("kiosks")
      .select("id")
      .where("deleted_ms", "is", null)
      .execute();
    for (const { id } of kiosks) await touchSettings(transaction, id, "shown");
    return kiosks.map(({ id }) => id);
  });
  context.changes.tell({ topics: ["workspace"], rosters });
}

function requireOrder({ waits, triesPerDay }: TrySettings, alarms: AlarmSettings): void {
  const last = waits.steps.at(-1);
  const firstWaitAt = waits.steps[0]?.refusals ?? waits.every.fromRefusals;
  if (last !== undefined && last.refusals >= waits.every.fromRefusals) {
    throw contradiction("waits.every.fromRefusals must be more than the refusals of every step");
  }
  if (triesPerDay < firstWaitAt) {
    throw contradiction("triesPerDay must be at least the refusals that begin the first wait");
  }
  if (alarms.personTold > alarms.personChange) {
    throw contradiction("alarms.personTold must be at most alarms.personChange");
  }
  if (alarms.universalTold > alarms.universalChange) {
    throw contradiction("alarms.universalTold must be at most alarms.universalChange");
  }
}

function contradiction(whatIsRight: string): CodedError {
  return new CodedError("workspace.tries", whatIsRight);
}
