import * as z from "zod";
import { kioskId, personId, terminalId } from "../../protocol/ids.ts";
import { employeeNumber, trySettings } from "../../protocol/roster.ts";
import { alarmId } from "../alarms/ids.ts";
import { ALARM_KINDS } from "../store/tries-schema.ts";
import { alarmSettings } from "../workspace/alarm-settings.ts";

/** Bodies of the HTTP API about wrong PINs: who waits, what admins have to know of, and what is decided about it. */

export const waitsBody = z.strictObject({
  waits: z.array(
    z.strictObject({
      person: personId,
      name: z.string(),
      number: employeeNumber,
      /** Since their last success, at all terminals. */
      refusals: z.int(),
      /** Null when no wait runs. */
      waitUntilMs: z.int().nullable(),
    }),
  ),
});

export const alarmsBody = z.strictObject({
  alarms: z.array(
    z.strictObject({
      alarm: alarmId,
      /** `slow-guess`: many wrong PINs since the PIN was set. `spray`: a terminal has slowed tries down. `fork`: see /forks. */
      kind: z.enum(ALARM_KINDS),
      /** Whose PIN is guessed at; null: the kiosk's Universal PIN, or many people's. */
      person: personId.nullable(),
      name: z.string().nullable(),
      kiosk: kioskId,
      kioskName: z.string(),
      terminal: terminalId.nullable(),
      atMs: z.int(),
      guesses: z.int(),
      /** Ends with a new PIN and not before. */
      mustChange: z.boolean(),
    }),
  ),
});

export const wrongPinSettingsBody = z.strictObject({ tries: trySettings, alarms: alarmSettings });
