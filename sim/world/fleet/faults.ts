import { SeededRandom } from "../seeded-random.ts";

/** What goes wrong in a world, apart from people. `everyMs`: how long, on average, a busy world is spared by this kind. */
export const FAULTS = {
  /** The plug of a terminal is pulled. */
  "power-cut": { everyMs: 180_000 },
  /** The power of a terminal goes between two writes to its card. */
  "power-cut-in-write": { everyMs: 120_000 },
  /** A terminal's card has no room left for a while. */
  "disk-full": { everyMs: 240_000 },
  /** A sync of a terminal's card fails, or some. */
  "sync-fails": { everyMs: 180_000 },
  /** A bit of a terminal's ledger is another one than was written. */
  "bit-rot": { everyMs: 600_000 },
  /** A terminal's network is gone for a while; nobody is told. */
  "network-loss": { everyMs: 90_000 },
  /** Whatever crosses a terminal's link takes its time. */
  "network-delay": { everyMs: 90_000 },
  /** A link is reset with messages under way. */
  "link-reset": { everyMs: 60_000 },
  /** The terminal connects anew; what it sent on the old link arrives after that, and the hub was not told. */
  "late-duplicate": { everyMs: 60_000 },
  /** Nothing arrives one way any more, and nobody is told. */
  "half-open": { everyMs: 90_000 },
  "hub-restart": { everyMs: 180_000 },
  /** The power of a hub goes between two writes to its disk. */
  "hub-power-cut": { everyMs: 180_000 },
  /** A hub is set up again from an older backup. */
  "hub-restore": { everyMs: 600_000 },
  /** The wall clock of a terminal is set wrong, until the network sets it right. */
  "clock-step": { everyMs: 180_000 },
  /** It goes too fast or too slow. */
  "clock-drift": { everyMs: 300_000 },
  /** It begins in a wrong year at power-on. */
  "wrong-year": { everyMs: 300_000 },
  /** Contacts of a keypad bounce longer than usual, from the beginning. */
  "key-bounce": { everyMs: Infinity },
  "stuck-key": { everyMs: 300_000 },
  /** A nibble to a display never arrives. */
  "nibble-loss": { everyMs: 120_000 },
  /** A terminal gets back an older image of its card. */
  "card-restored": { everyMs: 900_000 },
  /** A second box is put up with a copy of a terminal's card. */
  "card-cloned": { everyMs: 900_000 },
} as const satisfies Record<string, { readonly everyMs: number }>;

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS: readonly FaultKind[] = Object.keys(FAULTS).filter(isFaultKind);

export function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(FAULTS, name);
}

/** How often each kind of fault, and each kind of human, happened. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  entries(): readonly (readonly [string, number])[] {
    return [...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}

/** A generator of its own for one part of a world: leaving a part out changes no other one's chance. */
export function chanceFor(seed: number, part: string): SeededRandom {
  // FNV-1a, 32 bits (RFC 9923).
  let hash = 0x811c9dc5;
  for (const character of `${seed} ${part}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  const random = new SeededRandom(hash);
  random.uniform();
  return random;
}

export function whole(random: SeededRandom, from: number, to: number): number {
  return from + Math.floor(random.uniform() * (to - from + 1));
}

export function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  const item = items[Math.floor(random.uniform() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}
