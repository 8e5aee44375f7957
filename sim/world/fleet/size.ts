import { chanceFor, whole } from "./faults.ts";

/** How much of everything a world has. */
export interface WorldSize {
  readonly hubs: number;
  /** Of each hub. */
  readonly kiosks: number;
  /** Of each kiosk. */
  readonly terminals: number;
  /** Of each kiosk. */
  readonly people: number;
  readonly days: number;
}

/** Most seeds have little of everything, so that many fit into a minute; a few have more. */
export function sizeOf(seed: number, days: number): WorldSize {
  const random = chanceFor(seed, "size");
  const luck = random.uniform();
  if (luck < 0.03) {
    return {
      hubs: 2,
      kiosks: 2,
      terminals: whole(random, 2, 3),
      people: whole(random, 8, 20),
      days,
    };
  }
  if (luck < 0.15) return { hubs: 2, kiosks: 1, terminals: 2, people: whole(random, 3, 6), days };
  if (luck < 0.3)
    return { hubs: 1, kiosks: 2, terminals: whole(random, 1, 2), people: whole(random, 3, 6), days };
  return { hubs: 1, kiosks: 1, terminals: 2, people: whole(random, 2, 5), days };
}
