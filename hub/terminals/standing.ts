import * as z from "zod";
import type { TerminalsTable } from "../store/schema.ts";

/**
 * How a terminal stands with this hub. `unpairing`: an admin unpaired it; what it still has to send is taken, then it is
 * told. `unpaired`: it was told. `stolen`: nothing is taken any more, and it is told at once.
 */
export const STANDINGS = ["paired", "unpairing", "unpaired", "stolen"] as const;
export const standing = z.enum(STANDINGS);
export type Standing = z.infer<typeof standing>;

export function standingOf(row: Pick<TerminalsTable, "revoked" | "stolen" | "told_ms">): Standing {
  if (row.revoked === 0) return "paired";
  if (row.stolen === 1) return "stolen";
  return row.told_ms === null ? "unpairing" : "unpaired";
}
