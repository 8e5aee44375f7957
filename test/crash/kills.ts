import { SeededRandom } from "../../sim/world/seeded-random.ts";
import type { LossyDisk } from "./host/lossy-disk.ts";
import { Pair, type Side } from "./host/pair.ts";
import type { Program } from "./host/program.ts";

/** Rounds in which a terminal, a hub or both are killed at a random moment, and as a rule lose their power with it. */

/** How long people punch before it happens. */
const SHORTEST_RUN_MS = 30;
const LONGEST_RUN_MS = 700;
/** A start takes about as long: it is killed in all of its stages. */
const LONGEST_START_MS = 600;
const KILLED_IN_START_SHARE = 0.3;
const BOTH_SHARE = 0.4;
const TERMINAL_SHARE = 0.4;
/** Only the process dies; what it wrote stays. */
const KILL_ONLY_SHARE = 0.2;
/** Nothing that was not synced survives; otherwise some sectors do. */
const LOSE_ALL_SHARE = 0.3;
const MAX_SEED = 2 ** 31;
/** More than anybody types in a round. */
const ENDLESS_ACTS = 1_000_000;

export interface RoundPlan {
  readonly runMs: number;
  readonly victims: readonly Side[];
  /** The victims are killed once more, so long after they were started again; null for not. */
  readonly againAfterMs: number | null;
  /** Seed of each victim's power cut, 0 to lose all; null to be killed only. */
  readonly cut: number | null;
}

/** The plan of one round, by the seed of the run and its number alone, so that it can be had again. */
export function planRound(seed: number, round: number, victim: Side | null): RoundPlan {
  const random = new SeededRandom(seed * 1_000_003 + round);
  const runMs = Math.round(SHORTEST_RUN_MS + random.uniform() * (LONGEST_RUN_MS - SHORTEST_RUN_MS));
  const who = random.uniform();
  const how = random.uniform();
  const cutSeed = 1 + Math.floor(random.uniform() * (MAX_SEED - 1));
  return {
    runMs,
    victims:
      victim !== null
        ? [victim]
        : who < BOTH_SHARE
          ? ["terminal", "hub"]
          : who < BOTH_SHARE + TERMINAL_SHARE
            ? ["terminal"]
            : ["hub"],
    againAfterMs: random.uniform() < KILLED_IN_START_SHARE ? random.uniform() * LONGEST_START_MS : null,
    cut:
      victim === null && how < KILL_ONLY_SHARE ? null : how < KILL_ONLY_SHARE + LOSE_ALL_SHARE ? 0 : cutSeed,
  };
}

export interface KillOptions {
  readonly folder: string;
  readonly program: Program;
  readonly disks: Readonly<Record<Side, LossyDisk>>;
  readonly seed: number;
  readonly firstRound: number;
  /** Ends after so many rounds, or when the time is over. */
  readonly rounds: number;
  readonly limitMs: number;
  /** Always this one; null for either or both. */
  readonly victim: Side | null;
}

export interface KillResult {
  readonly rounds: number;
  readonly shown: number;
  readonly acked: number;
  /** The round that something was lost in, and what; null when nothing was. */
  readonly lost: { readonly round: number; readonly troubles: readonly string[] } | null;
}

const TIMES_FASTER = 10;

/** Runs rounds until one of them loses something. In the end everything that was recorded has to be at the hub. */
export async function runKills(options: KillOptions): Promise<KillResult> {
  const { disks, seed, firstRound, victim } = options;
  const copy = (side: Side, target: string): void => disks[side].copy("mounted", target);
  const beganMs = performance.now();
  const pair = await Pair.start({ ...options, timesFaster: TIMES_FASTER });
  let done = 0;
  const result = (lost: KillResult["lost"]): KillResult => ({
    rounds: done,
    shown: pair.shown.length,
    acked: pair.ackedSeq,
    lost,
  });
  const start = (sides: readonly Side[]): Promise<unknown> =>
    Promise.all(sides.map((side) => (side === "hub" ? pair.startHub() : pair.startTerminal())));

  /** Kills, cuts, and looks at what is left. */
  async function strike({ victims, cut }: RoundPlan): Promise<string[]> {
    await Promise.all(victims.map((side) => pair.kill(side)));
    if (cut !== null) for (const side of victims) disks[side].cut(cut);
    return pair.troubles(victims, copy);
  }

  try {
    // With everything so far in the database itself: what a round loses, it loses of its own.
    await Promise.all([pair.stop("terminal"), pair.stop("hub")]);
    await pair.startHub();
    await pair.startTerminal();
    pair.order(ENDLESS_ACTS);
    while (done < options.rounds && performance.now() - beganMs < options.limitMs) {
      const round = firstRound + done;
      const plan = planRound(seed, round, victim);
      const { newestShown, ackedSeq } = pair;
      const isHubBusy = (): boolean => pair.ackedSeq > ackedSeq || !plan.victims.includes("hub");
      await pair.until("people punch", () => pair.newestShown > newestShown && isHubBusy());
      await pause(plan.runMs);
      done += 1;
      const troubles = await strike(plan);
      if (troubles.length > 0) return result({ round, troubles });
      if (plan.againAfterMs !== null) {
        void start(plan.victims).catch(() => undefined);
        await pause(plan.againAfterMs);
        const again = await strike(plan);
        if (again.length > 0) return result({ round, troubles: again });
      }
      await start(plan.victims);
      if (plan.victims.includes("terminal")) pair.order(ENDLESS_ACTS);
    }
    pair.order(0);
    await pair.rested();
    await pair.settled();
    await pair.stop("terminal");
    await pair.stop("hub");
    const troubles = pair.troubles(["terminal", "hub"], copy);
    return result(troubles.length > 0 ? { round: firstRound + done, troubles } : null);
  } finally {
    await pair.close();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
