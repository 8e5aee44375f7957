import type { DiskFault, LossyDisk } from "./host/lossy-disk.ts";
import { Pair, type Side } from "./host/pair.ts";
import type { Program } from "./host/program.ts";

/**
 * Every write and every sync of a punch day fails in turn, and the disk is full at every byte that counts, while terminal and hub
 * run on. A day is a few people; it ends when the hub has them.
 */

const EIO = 5;
const ACTS_A_DAY = 3;
/** The day in which nothing fails any more comes long before. */
const MAX_DAYS = 1_000;
/** Half of what a page takes in SQLite's WAL (24 bytes of header, 4,096 of page): full within each write, and between them. */
const FULL_STEP_BYTES = 2_060;
const TIMES_FASTER = 20;
/** A day with its fault, pauses of the hub's hint included. */
const DAY_LIMIT_MS = 20_000;

export type Injected = DiskFault | "full";

export interface InjectionOptions {
  readonly folder: string;
  readonly program: Program;
  readonly disks: Readonly<Record<Side, LossyDisk>>;
  readonly seed: number;
  /** Whose disk. */
  readonly side: Side;
  readonly fault: Injected;
  readonly limitMs: number;
}

export interface InjectionResult {
  /** Days that had their fault. */
  readonly faults: number;
  /** Faults that the process logged with a code; the others hit what it does not depend on, such as a checkpoint. */
  readonly said: number;
  /** Lives that the fault ended. */
  readonly restarts: number;
  /** Whether a whole day passed that needed no more writes than were let through. */
  readonly isComplete: boolean;
  /** What was lost, and with which fault; empty when nothing was. */
  readonly troubles: readonly string[];
}

export async function runInjection(options: InjectionOptions): Promise<InjectionResult> {
  const { disks, side, fault, limitMs } = options;
  const disk = disks[side];
  const beganMs = performance.now();
  const pair = await Pair.start({ ...options, timesFaster: TIMES_FASTER });
  let [faults, said, restarts] = [0, 0, 0];
  const result = (isComplete: boolean, troubles: readonly string[]): InjectionResult => ({
    faults,
    said,
    restarts,
    isComplete,
    troubles,
  });

  /** Has a day pass; starts again who does not survive it. Returns whether the fault was logged. */
  async function day(afterFirst: () => void): Promise<boolean> {
    const codesBefore = codes(pair, side);
    let isSaid = false;
    const isOver = (): boolean => {
      if (!isSaid && (codes(pair, side) > codesBefore || !pair.isRunning(side))) {
        isSaid = true;
        afterFirst();
      }
      return pair.isAtRest && pair.isSettled;
    };
    pair.order(ACTS_A_DAY);
    for (;;) {
      await pair.until("a day is over", () => isOver() || !pair.isRunning(side), null, DAY_LIMIT_MS);
      if (pair.isRunning(side)) return isSaid;
      restarts += 1;
      afterFirst();
      if (side === "hub") await pair.startHub();
      else await pair.startTerminal();
      if (!pair.isAtRest) pair.order(ACTS_A_DAY);
    }
  }

  try {
    const sizeBefore = disk.bytes();
    await day(() => undefined);
    const grownBytes = disk.bytes() - sizeBefore;
    for (let nth = 1; nth <= MAX_DAYS && performance.now() - beganMs < limitMs; nth += 1) {
      const before = disk.counts();
      if (fault === "full") disk.limit(disk.bytes() + (nth - 1) * FULL_STEP_BYTES);
      else disk.failNext(fault, nth, EIO);
      const isSaid = await day(() => disk.limit(null));
      disk.limit(null);
      const after = disk.counts();
      const count = fault === "sync" ? after.syncs - before.syncs : after.writes - before.writes;
      const hasFired = fault === "full" ? isSaid : count >= nth;
      if (hasFired) faults += 1;
      if (hasFired && isSaid) said += 1;
      const troubles = pair.troubles(["terminal", "hub"], (each, target) =>
        disks[each].copy("durable", target),
      );
      if (troubles.length > 0) return result(false, [`${fault} ${nth} of the ${side}`, ...troubles]);
      if (fault === "full" ? nth * FULL_STEP_BYTES > grownBytes && !isSaid : !hasFired) {
        if (fault !== "full") disk.failNext(fault, 0, EIO);
        return result(true, []);
      }
    }
    return result(false, []);
  } finally {
    disk.limit(null);
    await pair.close();
  }
}

function codes(pair: Pair, side: Side): number {
  return pair.said(side).length;
}
