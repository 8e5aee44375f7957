import { createHash } from "node:crypto";
import { EMPTY_CHAIN, type ChainHead } from "../../protocol/chain.ts";
import { crockford, ID_LENGTH, storeId, type StoreId, type TerminalId } from "../../protocol/ids.ts";
import type { RenewReason } from "../../protocol/messages.ts";
import type { ReceivedEvent } from "./batch.ts";

/**
 * Where the events of a batch belong: to the ledger's first history, to another one that it has (of two copies of a card), or
 * to a new one. Whatever order batches come in, and however they overlap, each event is kept once, after the one it names.
 */

export interface History {
  /** The ledger's own id for its first history, a {@link branchId} for each other. */
  readonly store: StoreId;
  /** The newest event of it. */
  readonly head: ChainHead;
  /** What comes after its newest event is of a branch. */
  readonly isClosed: boolean;
}

/** Events of a history are missing: those after `afterSeq` and before `untilSeq`, which names the hash `untilPrevious`. */
export interface Gap {
  readonly store: StoreId;
  readonly afterSeq: number;
  readonly untilSeq: number;
  readonly untilPrevious: string;
}

/** What is here of one ledger, as far as a batch needs it. */
export interface Ledger {
  readonly terminal: TerminalId;
  readonly store: StoreId;
  readonly histories: readonly History[];
  readonly gaps: readonly Gap[];
  /** Events with the numbers of the batch, and of the one before it, in any history. */
  readonly held: readonly { readonly store: StoreId; readonly seq: number; readonly hash: string }[];
}

export interface Branch {
  readonly store: StoreId;
  readonly firstSeq: number;
  readonly reason: RenewReason;
}

export interface Placement {
  /** Those that are not here yet, in order, each with its history. */
  readonly fresh: readonly { readonly event: ReceivedEvent; readonly store: StoreId }[];
  /** Histories that begin. */
  readonly branches: readonly Branch[];
  /** Newest events that are others now. */
  readonly heads: ReadonlyMap<StoreId, ChainHead>;
  readonly gapsFound: readonly Gap[];
  readonly gapsEnded: readonly Gap[];
  /** The history of the batch's last event. */
  readonly lastStore: StoreId;
}

/** `missing`: events before the batch are not here. `diverged`: nor can they be of the first history, which has others there. */
export type Placed =
  | { readonly ok: true; readonly placement: Placement }
  | { readonly ok: false; readonly why: "missing" | "diverged" };

/** A branch's id: the same whenever it is found, for it is made of what it begins with. */
export function branchId(terminal: TerminalId, store: StoreId, firstHash: string): StoreId {
  const digest = createHash("sha256")
    .update(`punchbox branch v1\n${terminal}\n${store}\n${firstHash}\n`)
    .digest();
  return storeId.parse(crockford(digest, ID_LENGTH));
}

/** Pure. `events` follow each other; `afterGap`: the terminal cannot read what comes before them. */
export function placeBatch(ledger: Ledger, events: readonly ReceivedEvent[], afterGap: boolean): Placed {
  const placer = new Placer(ledger);
  for (const [index, event] of events.entries()) {
    const why = placer.place(event, afterGap && index === 0);
    if (why !== null) return { ok: false, why };
  }
  return { ok: true, placement: placer.placement() };
}

class Placer {
  readonly #ledger: Ledger;
  readonly #heads = new Map<StoreId, ChainHead>();
  readonly #closed: ReadonlySet<StoreId>;
  readonly #changed = new Set<StoreId>();
  readonly #gaps: Set<Gap>;
  readonly #gapsBefore: ReadonlySet<Gap>;
  readonly #held: ReadonlyMap<string, StoreId>;
  readonly #fresh: { readonly event: ReceivedEvent; readonly store: StoreId }[] = [];
  readonly #branches: Branch[] = [];
  /** The history of the event before. */
  #at: StoreId | null = null;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#heads.set(ledger.store, EMPTY_CHAIN);
    for (const { store, head } of ledger.histories) this.#heads.set(store, head);
    this.#closed = new Set(ledger.histories.filter(({ isClosed }) => isClosed).map(({ store }) => store));
    this.#gapsBefore = new Set(ledger.gaps);
    this.#gaps = new Set(ledger.gaps);
    this.#held = new Map(ledger.held.map(({ store, seq, hash }) => [`${seq} ${hash}`, store]));
  }

  /** Null when it has found its place. */
  place(event: ReceivedEvent, afterGap: boolean): "missing" | "diverged" | null {
    const { seq, previous } = event.envelope;
    const known = this.#held.get(`${seq} ${event.hash}`);
    if (known !== undefined) {
      this.#at = known;
      return null;
    }
    const before = this.#at ?? this.#historyWith(seq - 1, previous);
    if (before !== null) {
      const reason = this.#takenAfter(before, event);
      if (reason === null) this.#append(before, event);
      else this.#branch(event, reason);
      return null;
    }
    if (seq === 1) return "missing";
    if (afterGap) {
      this.#placeAfterGap(event);
      return null;
    }
    return this.#isHeld(this.#ledger.store, seq - 1) ? "diverged" : "missing";
  }

  placement(): Placement {
    const heads = [...this.#changed].map((store) => [store, this.#headOf(store)] as const);
    return {
      fresh: this.#fresh,
      branches: this.#branches,
      heads: new Map(heads),
      gapsFound: [...this.#gaps].filter((gap) => !this.#gapsBefore.has(gap)),
      gapsEnded: [...this.#gapsBefore].filter((gap) => !this.#gaps.has(gap)),
      lastStore: this.#at ?? this.#ledger.store,
    };
  }

  #headOf(store: StoreId): ChainHead {
    return this.#heads.get(store) ?? EMPTY_CHAIN;
  }

  #historyWith(seq: number, hash: string): StoreId | null {
    if (seq === 0) return hash === EMPTY_CHAIN.hash ? this.#ledger.store : null;
    for (const [store, head] of this.#heads) if (head.seq === seq && head.hash === hash) return store;
    return this.#held.get(`${seq} ${hash}`) ?? null;
  }

  /** Whether a history has an event of this number. */
  #isHeld(store: StoreId, seq: number): boolean {
    const isMissing = this.#gapsIn(store).some(({ afterSeq, untilSeq }) => afterSeq < seq && seq < untilSeq);
    return seq <= this.#headOf(store).seq && !isMissing;
  }

  /** Why the place after the event before is not this one's, in a history that has that; null when it is. */
  #takenAfter(store: StoreId, { envelope, hash }: ReceivedEvent): RenewReason | null {
    const { seq } = envelope;
    if (seq === this.#headOf(store).seq + 1) return this.#closed.has(store) ? "ended" : null;
    const gap = this.#gapsIn(store).find(({ afterSeq }) => afterSeq === seq - 1);
    return gap !== undefined && fits(gap, seq, hash) ? null : "fork";
  }

  /** Nothing says which history it is of: the first one's, where that has room. */
  #placeAfterGap(event: ReceivedEvent): void {
    const { seq, previous } = event.envelope;
    const { store } = this.#ledger;
    const head = this.#headOf(store);
    const found = { untilSeq: seq, untilPrevious: previous };
    if (seq > head.seq + 1) {
      const to = this.#closed.has(store) ? this.#begin(event, "ended") : store;
      this.#gaps.add({ store: to, afterSeq: head.seq, ...found });
      this.#append(to, event);
      return;
    }
    const around = this.#gapsIn(store).find(({ afterSeq, untilSeq }) => afterSeq < seq - 1 && seq < untilSeq);
    if (around !== undefined && fits(around, seq, event.hash)) {
      this.#gaps.delete(around);
      this.#gaps.add({ store, afterSeq: around.afterSeq, ...found });
      this.#gaps.add({ ...around, afterSeq: seq - 1 });
      this.#append(store, event);
      return;
    }
    const branch = this.#begin(event, "fork");
    // One at least: the one before it is another than the first history's.
    this.#gaps.add({ store: branch, afterSeq: seq - 2, ...found });
    this.#append(branch, event);
  }

  #branch(event: ReceivedEvent, reason: RenewReason): void {
    this.#append(this.#begin(event, reason), event);
  }

  #begin({ envelope, hash }: ReceivedEvent, reason: RenewReason): StoreId {
    const store = branchId(this.#ledger.terminal, this.#ledger.store, hash);
    this.#branches.push({ store, firstSeq: envelope.seq, reason });
    return store;
  }

  #append(store: StoreId, event: ReceivedEvent): void {
    const { seq } = event.envelope;
    const gap = this.#gapsIn(store).find(({ afterSeq }) => afterSeq === seq - 1);
    if (gap !== undefined) {
      this.#gaps.delete(gap);
      if (gap.untilSeq > seq + 1) this.#gaps.add({ ...gap, afterSeq: seq });
    }
    if (seq > this.#headOf(store).seq) {
      this.#heads.set(store, { seq, hash: event.hash });
      this.#changed.add(store);
    }
    this.#fresh.push({ event, store });
    this.#at = store;
  }

  #gapsIn(store: StoreId): Gap[] {
    return [...this.#gaps].filter((gap) => gap.store === store);
  }
}

/** Whether an event may stand in a gap: the last one there has to be the one that is named after it. */
function fits(gap: Gap, seq: number, hash: string): boolean {
  return seq < gap.untilSeq - 1 || hash === gap.untilPrevious;
}
