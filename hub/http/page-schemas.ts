import * as z from "zod";

/** Lists come in pages: `limit` at most, from the `next` of the page before on. */

export const MAX_PER_PAGE = 500;
export const DEFAULT_PER_PAGE = 100;

/** Plain digits: no 0x10, no 1e2, no blanks, no sign. */
const limit = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/, `must be a whole number from 1 to ${MAX_PER_PAGE}`)
  .refine((text) => Number(text) <= MAX_PER_PAGE, `must be a whole number from 1 to ${MAX_PER_PAGE}`)
  .meta({ type: "integer", minimum: 1, maximum: MAX_PER_PAGE, default: DEFAULT_PER_PAGE })
  .optional()
  .transform((text) => (text === undefined ? DEFAULT_PER_PAGE : Number(text)));

/** The fields of a query for a list. */
export const pageFields = {
  limit,
  /** `next` of the page before. */
  after: z.string().max(1_000).optional(),
};
export const pageQuery = z.strictObject(pageFields);

/** Where the next page begins; null when this is the last. Of ours, to be handed back as it is. */
export const nextPage = z.string().nullable();
