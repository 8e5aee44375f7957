import type { DiskFault, LossyDisk } from "./host/lossy-disk.ts";
import { Pair, type Side } from "./host/pair.ts";
import type { Program } from "./host/program.ts";

/**
 * Disks that fail while terminal and hub run on. Every write and every sync of a punch day fails in turn, and the disk is full at
 * every byte that counts; then it fails, or is full, until somebody comes. A day is a few people; it ends when the hub has them.
 */

const EIO = 5;
const ACTS_A_DAY = 3;
const ENDLESS_ACTS = 1_000_000;
/** The day in which nothing fails any more comes long before. */
const MAX_DAYS = 1_000;
/** Half of what a page takes in SQLite's WAL (24 bytes of header, 4,096 of page): full within each write, and between them. */
const FULL_STEP_BYTES = 2_060;
const TIMES_FASTER = 20;
/** A day with its fault, pauses of the hub's hint included. */
const DAY_LIMIT_MS = 30_000;
/** How often a disk that is to stay full is filled up anew: what was freed for the last punches goes, too. */
const SQUEEZE_MS = 20;

export type Injected = DiskFault | "full";
/** `broken`: nothing is written any more; `full`: nothing that takes room. */
export type Outage = "broken" | "full";

export interface BedOptions {
  readonly folder: string;
  readonly program: Program;
  readonly disks: Readonly<Record<Side, LossyDisk>>;
  readonly seed: number;
  /** Whose disk. */
  readonly side: Side;
}

export interface InjectionResult {
  /** Days that had their fault. */
  readonly faults: number;
  /** Faults that the process logged with a code; the others it got over by itself. */
  readonly said: number;
  /** Lives that the fault ended. */
  readonly restarts: number;
  /** Whether a whole day passed that needed no more than was let through. */
  readonly isComplete: boolean;
  /** What was lost, and with which fault; empty when nothing was. */
  readonly troubles: readonly string[];
}

/** One fault a day, each day a later one, until a day needs none so late. */
export async function runInjection(
  options: BedOptions & { readonly fault: Injected; readonly limitMs: number },
): Promise<InjectionResult> {
  const { disks, side, fault, limitMs } = options;
  const disk = disks[side];
  const beganMs = performance.now();
  const pair = await Pair.start({ ...options, timesFaster: TIMES_FASTER });
  let [faults, said, restarts] = [0, 0, 0];
  const result = (isComplete: boolean, troubles: readonly string[]): InjectionResult => {
    return { faults, said, restarts, isComplete, troubles };
  };

  /** Has a day pass, and starts again who does not survive it. `onFailure` is called when something is said or ends. */
  async function day(onFailure: () => void): Promise<boolean> {
    const saidBefore = pair.said(side).length;
    let hasFailed = false;
    const isOver = (): boolean => {
      if (!hasFailed && (pair.said(side).length > saidBefore || !pair.isRunning(side))) {
        hasFailed = true;
        onFailure();
      }
      return pair.isAtRest && pair.isSettled;
    };
    pair.order(ACTS_A_DAY);
    for (;;) {
      await pair.until("a day is over", () => isOver() || !pair.isRunning(side), null, DAY_LIMIT_MS);
      if (pair.isRunning(side)) return hasFailed;
      restarts += 1;
      await startAgain(pair, side);
      if (!pair.isAtRest) pair.order(ACTS_A_DAY);
    }
  }

  try {
    // The first day makes room for itself, the second shows what a day needs.
    await day(() => undefined);
    const sizeBefore = disk.bytes();
    await day(() => undefined);
    const grownBytes = disk.bytes() - sizeBefore;
    for (let nth = 1; nth <= MAX_DAYS && performance.now() - beganMs < limitMs; nth += 1) {
      const failedBefore = disk.counts().failed;
      if (fault === "full") disk.limit(disk.bytes() + (nth - 1) * FULL_STEP_BYTES);
      else disk.failNext(fault, nth, EIO);
      const isSaid = await day(() => disk.limit(null));
      disk.limit(null);
      const hasFired = disk.counts().failed > failedBefore;
      if (hasFired) faults += 1;
      if (hasFired && isSaid) said += 1;
      const troubles = durableTroubles(pair, disks);
      if (troubles.length > 0) return result(false, [`${fault} ${nth} of the ${side}`, ...troubles]);
      if (hasFired || (fault === "full" && nth * FULL_STEP_BYTES < grownBytes)) continue;
      if (fault !== "full") disk.failNext(fault, 0, EIO);
      return result(true, []);
    }
    return result(false, []);
  } finally {
    disk.limit(null);
    await pair.close();
  }
}

export interface OutageResult {
  /** What was shown until something was said of it, since the disk failed. */
  readonly shownMeanwhile: number;
  /** Codes that were logged, each once. */
  readonly codes: readonly string[];
  readonly troubles: readonly string[];
}

/** The disk fails for good while people punch, until that is said with a code; then it works again, and everything goes on. */
export async function runOutage(options: BedOptions & { readonly outage: Outage }): Promise<OutageResult> {
  const { disks, side, outage } = options;
  const disk = disks[side];
  const pair = await Pair.start({ ...options, timesFaster: TIMES_FASTER });
  const squeeze = (): void => disk.limit(disk.bytes());
  let squeezing: NodeJS.Timeout | null = null;
  const mend = (): void => {
    if (squeezing !== null) clearInterval(squeezing);
    disk.limit(null);
    disk.break(null);
  };
  try {
    await pair.acts(ACTS_A_DAY);
    await pair.settled();
    const shownBefore = pair.shown.length;
    if (outage === "broken") disk.break(EIO);
    else squeezing = setInterval(squeeze, SQUEEZE_MS);
    pair.order(ENDLESS_ACTS);
    const isSaid = (): boolean => pair.said(side).length > 0 && (side === "hub" || pair.failed.length > 0);
    await pair.until("the failure is said", () => isSaid() || !pair.isRunning(side), null, DAY_LIMIT_MS);
    const codes = [...new Set(pair.said(side))];
    const shownMeanwhile = pair.shown.length - shownBefore;
    const troubles = durableTroubles(pair, disks);
    mend();
    if (!pair.isRunning(side)) await startAgain(pair, side);
    await pair.acts(ACTS_A_DAY);
    await pair.settled();
    return { shownMeanwhile, codes, troubles: [...troubles, ...durableTroubles(pair, disks)] };
  } finally {
    mend();
    await pair.close();
  }
}

function startAgain(pair: Pair, side: Side): Promise<void> {
  return side === "hub" ? pair.startHub() : pair.startTerminal();
}

/** What a power cut at this moment would show to be wrong. */
function durableTroubles(pair: Pair, disks: BedOptions["disks"]): string[] {
  return pair.troubles(["terminal", "hub"], (side, target) => disks[side].copy("durable", target));
}
