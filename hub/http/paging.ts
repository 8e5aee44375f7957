import type * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";

/** The cursors behind `next` and `after`. */

export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** Null for the first page. Throws CodedError `cursor.malformed`. */
export function readCursor<Position>(
  schema: z.ZodType<Position>,
  after: string | undefined,
): Position | null {
  if (after === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(after, "base64url").toString("utf8")));
  } catch (cause) {
    throw new CodedError("cursor.malformed", 'take "after" from the "next" of the page before', { cause });
  }
}

/** Cuts what was read with one row too many. */
export function pageOf<Row>(
  rows: readonly Row[],
  most: number,
  positionOf: (last: Row) => unknown,
): { readonly rows: readonly Row[]; readonly next: string | null } {
  const page = rows.slice(0, most);
  const last = page.at(-1);
  return {
    rows: page,
    next: last !== undefined && rows.length > most ? writeCursor(positionOf(last)) : null,
  };
}
