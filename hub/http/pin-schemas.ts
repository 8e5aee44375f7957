import * as z from "zod";
import { kioskId, personId } from "../../protocol/ids.ts";
import { pinLength } from "../../protocol/roster.ts";

/** Bodies of the HTTP API that hold PINs: they are never cached, and each way out is audited. */

/** Which rule a typed PIN breaks is for the rules to say. */
export const pinText = z.string().max(20);
/** PIN rule 8: allowed, but to be told. */
export const pinWarning = z.enum(["pin.same-as-universal"]).nullable();

export const pinRequest = z.strictObject({ pin: pinText });
export const pinBody = z.strictObject({ pin: z.string() });
export const savedPinBody = z.strictObject({
  /** False when it was their PIN already: nothing happened. */
  isNew: z.boolean(),
  warning: pinWarning,
});

export const slipsRequest = z.strictObject({ people: z.array(personId).min(1) });
export const slipsBody = z.strictObject({
  slips: z.array(z.strictObject({ person: personId, name: z.string(), number: z.string(), pin: z.string() })),
});

export const pinLengthRequest = z.strictObject({ pinLength });
export const pinLengthBody = z.strictObject({
  /** PINs that were generated, of people and kiosks. Shown once where PINs are write-only. */
  issued: z.array(z.strictObject({ owner: z.union([personId, kioskId]), pin: z.string() })),
  /** How many have an old PIN back. */
  restored: z.int(),
});

/** New PINs after a theft; none where it was reported before. Shown once where PINs are write-only. */
export const stolenBody = z.strictObject({ issued: pinLengthBody.shape.issued });
