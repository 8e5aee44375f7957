import { SeededRandom } from "../../sim/world/seeded-random.ts";

/** What a wire does to one connection. `up` is from the terminal to the hub. */
export type WireFault =
  | { readonly kind: "none" }
  /** From so many bytes on, counted both ways, nothing arrives any more, and neither end is told. */
  | { readonly kind: "drop"; readonly afterBytes: number }
  /** Likewise in one direction only; the other goes on. */
  | { readonly kind: "half-open"; readonly dead: Direction; readonly afterBytes: number }
  /** Both ends are reset in the middle of whatever it is. */
  | { readonly kind: "reset"; readonly afterBytes: number }
  /** The terminal is reset and comes again; the hub is not told, and has two connections of one terminal. */
  | { readonly kind: "duplicate"; readonly afterBytes: number }
  /** Whatever arrives does so this much later, until a reset. */
  | { readonly kind: "delay"; readonly delayMs: number; readonly afterBytes: number }
  /** A few bytes at a time, until a reset. */
  | {
      readonly kind: "dribble";
      readonly bytesAtOnce: number;
      readonly everyMs: number;
      readonly afterBytes: number;
    };

export type Direction = "up" | "down";

const KINDS = [
  "drop-in-upgrade",
  "drop-in-greeting",
  "drop",
  "half-open-up",
  "half-open-down",
  "reset",
  "reset",
  "duplicate",
  "duplicate",
  "delay",
  "dribble",
] as const;

/** So many bytes both ways are the WebSocket's upgrade, and until the hub's welcome. */
const UPGRADE_BYTES = 340;
const GREETING_BYTES = 900;
/** So many are a greeting, a roster and some batches: faults come in each of them. */
const MOST_BYTES = 12_000;
const DRIBBLED_BYTES = 4_000;
const LONGEST_DELAY_MS = 40;

/** Faults for one connection after the other: every kind once a turn, in an order of the seed's. */
export function planWire(seed: number, turns: number): WireFault[] {
  const random = new SeededRandom(seed);
  const upTo = (most: number): number => Math.floor(random.uniform() * most);
  return Array.from({ length: turns }, () => shuffled(KINDS, random)).flatMap((kinds) =>
    kinds.map((kind): WireFault => {
      const afterBytes = upTo(MOST_BYTES);
      switch (kind) {
        case "drop-in-upgrade":
          return { kind: "drop", afterBytes: upTo(UPGRADE_BYTES) };
        case "drop-in-greeting":
          return { kind: "drop", afterBytes: UPGRADE_BYTES + upTo(GREETING_BYTES - UPGRADE_BYTES) };
        case "drop":
        case "reset":
        case "duplicate":
          return { kind, afterBytes };
        case "half-open-up":
          return { kind: "half-open", dead: "up", afterBytes };
        case "half-open-down":
          return { kind: "half-open", dead: "down", afterBytes };
        case "delay":
          return { kind, delayMs: 1 + upTo(LONGEST_DELAY_MS), afterBytes };
        case "dribble":
          return { kind, bytesAtOnce: 1 + upTo(7), everyMs: 0, afterBytes: upTo(DRIBBLED_BYTES) };
      }
    }),
  );
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, at: random.uniform() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
