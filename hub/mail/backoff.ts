import type { Random } from "../../protocol/seams.ts";
import { FIRST_RETRY_MS, LONGEST_RETRY_MS } from "./limits.ts";

/** How long after the `tries`-th failure comes the next try: doubled each time, with up to a half taken off by chance. */
export function retryDelayMs(tries: number, random: Pick<Random, "uniform">): number {
  const doubled = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, tries - 1), LONGEST_RETRY_MS);
  return Math.round(doubled * (1 - random.uniform() / 2));
}
