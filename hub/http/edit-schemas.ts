import * as z from "zod";
import { kioskId, personId } from "../../protocol/ids.ts";
import { employeeNumber, language, role } from "../../protocol/roster.ts";
import { PLANS } from "../store/schema.ts";
import { emailText, nameText } from "./access-schemas.ts";
import { pinText, pinWarning } from "./pin-schemas.ts";
import { cardText } from "./schemas.ts";

/** Bodies of the HTTP API that change people, kiosks and the workspace. In a change, what is left out stays as it is. */

const timeZoneText = z.string().min(1).max(64);

export const newPersonRequest = z.strictObject({
  name: nameText,
  email: emailText.nullable().default(null),
  role: role.default("regular"),
  /** Null: the kiosk's. */
  language: language.nullable().default(null),
  moreTime: z.boolean().default(false),
  /** Null: the next free one. */
  number: employeeNumber.nullable().default(null),
  /** Null: a generated one (PIN rule 3). */
  pin: pinText.nullable().default(null),
  card: cardText.nullable().default(null),
});
export const newPersonBody = z.strictObject({
  person: personId,
  number: employeeNumber,
  pin: z.string(),
  warning: pinWarning,
});

export const personChanges = z.strictObject({
  name: nameText.exactOptional(),
  email: emailText.nullable().exactOptional(),
  language: language.nullable().exactOptional(),
  moreTime: z.boolean().exactOptional(),
  number: employeeNumber.exactOptional(),
});
export const roleRequest = z.strictObject({
  role,
  /** Gives a generated PIN in the same act, for where the present one would clash (PIN case 1). */
  newPin: z.boolean().default(false),
});
export const newPinBody = z.strictObject({
  /** Null: they keep theirs. */
  pin: z.string().nullable(),
});

export const importedBody = z.strictObject({
  imported: z.array(
    z.strictObject({
      person: personId,
      line: z.int(),
      name: z.string(),
      number: employeeNumber,
      pin: z.string(),
      warning: pinWarning,
    }),
  ),
});

export const newKioskRequest = z.strictObject({
  name: nameText,
  requiresPin: z.boolean(),
  timeZone: timeZoneText,
  language: language.default("en"),
  breakEnabled: z.boolean().default(false),
  /** Null: a generated one (PIN rule 5). */
  universalPin: pinText.nullable().default(null),
});
export const newKioskBody = z.strictObject({
  kiosk: kioskId,
  universalPin: z.string(),
  warning: pinWarning,
});
export const kioskChanges = z.strictObject({
  name: nameText.exactOptional(),
  requiresPin: z.boolean().exactOptional(),
  timeZone: timeZoneText.exactOptional(),
  language: language.exactOptional(),
  breakEnabled: z.boolean().exactOptional(),
});

/** A body of some 20 kB; who has more people sends several. */
export const MAX_PEOPLE_ASSIGNED_AT_ONCE = 1_000;
export const assignRequest = z.strictObject({
  people: z.array(personId).min(1).max(MAX_PEOPLE_ASSIGNED_AT_ONCE),
});
export const assignedBody = z.strictObject({
  /** Who could not punch there before. */
  assigned: z.int().min(0),
});

export const planRequest = z.strictObject({ plan: z.enum(PLANS) });
export const kioskIdsBody = z.strictObject({ kiosks: z.array(kioskId) });
export const pinVisibilityRequest = z.strictObject({ writeOnlyPins: z.boolean() });
