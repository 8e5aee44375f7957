/** The middle of the values; of an even number of them, the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The smallest value that `share` (0 to 1) of the values do not exceed: nearest rank. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * The calmest `share` of some rounds, rounded up: those that took least by a yardstick that weighs all that is compared in a
 * round. What else the machine does in a round makes it longer, and says nothing about what is measured.
 */
export function calmest<Round>(
  rounds: readonly Round[],
  share: number,
  yardstick: (round: Round) => number,
): Round[] {
  const sorted = rounds.toSorted((one, other) => yardstick(one) - yardstick(other));
  return sorted.slice(0, Math.ceil(share * rounds.length));
}
