import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_CHAIN, eventHash, type ChainHead } from "../../protocol/chain.ts";
import {
  bootId,
  eventSeq,
  makeId,
  storeId,
  terminalId,
  type StoreId,
  type TerminalId,
} from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import type { ReceivedEvent } from "./batch.ts";
import { branchId, placeBatch, type Gap, type Placed } from "./batch-place.ts";

const random = new SeededRandom(1);
const terminal: TerminalId = makeId(terminalId, random);
const store: StoreId = makeId(storeId, random);
const boot = makeId(bootId, random);

/** The event after `before`, of the copy of the card that is called so. */
function eventAfter(before: ReceivedEvent | null, copy: string): ReceivedEvent {
  const seq = (before?.envelope.seq ?? 0) + 1;
  const text = `${seq} ${copy} ${before?.hash ?? ""}`;
  return {
    text,
    hash: eventHash(text),
    envelope: {
      v: 1,
      terminal,
      store,
      seq: eventSeq.parse(seq),
      kind: "service.entered",
      person: null,
      rosterRevision: 0,
      boot,
      monotonicMs: seq,
      wallMs: seq,
      offsetMinutes: 0,
      clock: "set",
      nonce: "0".repeat(16),
      payload: {},
      previous: before?.hash ?? EMPTY_CHAIN.hash,
    },
  };
}

/** What a copy holds: the first `shared` events of `origin`, and its own after them. */
function ledgerOf(
  copy: string,
  length: number,
  origin: readonly ReceivedEvent[] = [],
  shared = 0,
): ReceivedEvent[] {
  const events = origin.slice(0, shared);
  while (events.length < length) events.push(eventAfter(events.at(-1) ?? null, copy));
  return events;
}

/** The hub's side as tables in memory. */
class Kept {
  readonly histories = new Map<StoreId, Map<number, ReceivedEvent>>();
  readonly heads = new Map<StoreId, ChainHead>();
  readonly closed = new Set<StoreId>();
  gaps: Gap[] = [];
  branches = 0;

  take(events: readonly ReceivedEvent[], afterGap = false): Placed {
    const histories = [...this.heads].map(([each, head]) => ({
      store: each,
      head,
      isClosed: this.closed.has(each),
    }));
    const held = [...this.histories].flatMap(([each, kept]) =>
      [...kept].map(([seq, { hash }]) => ({ store: each, seq, hash })),
    );
    const placed = placeBatch({ terminal, store, histories, gaps: this.gaps, held }, events, afterGap);
    if (!placed.ok) return placed;
    const { fresh, heads, gapsFound, gapsEnded, branches } = placed.placement;
    for (const each of fresh) {
      const history = this.histories.get(each.store) ?? new Map<number, ReceivedEvent>();
      // One event a number in each history.
      expect(history.has(each.event.envelope.seq)).toBe(false);
      this.histories.set(each.store, history.set(each.event.envelope.seq, each.event));
    }
    for (const [each, head] of heads) this.heads.set(each, head);
    this.gaps = [...this.gaps.filter((gap) => !gapsEnded.includes(gap)), ...gapsFound];
    this.branches += branches.length;
    return placed;
  }

  hashes(): string[] {
    return [...this.histories.values()]
      .flatMap((kept) => [...kept.values()].map(({ hash }) => hash))
      .toSorted();
  }

  seqs(of: StoreId = store): number[] {
    return [...(this.histories.get(of)?.keys() ?? [])].toSorted((one, other) => one - other);
  }

  has(hash: string): boolean {
    return this.hashes().includes(hash);
  }
}

const hashesOf = (...ledgers: readonly (readonly ReceivedEvent[])[]): string[] =>
  [...new Set(ledgers.flat().map(({ hash }) => hash))].toSorted();
const gapsOf = (kept: Kept): [after: number, until: number][] =>
  kept.gaps
    .map(({ afterSeq, untilSeq }): [number, number] => [afterSeq, untilSeq])
    .toSorted(([one], [other]) => one - other);

const part = fc.record({ from: fc.nat(11), length: fc.integer({ min: 1, max: 6 }) });

describe("one history", () => {
  it("is whole once everything has come, in whatever parts and order, with whatever was said to be missing", () => {
    const ledger = ledgerOf("a", 12);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const kept = new Kept();
        for (const { from, length } of parts) {
          const events = ledger.slice(from, from + length);
          const isAfterGap = from > 0 && !kept.has(ledger[from - 1]?.hash ?? "");
          expect(kept.take(events, isAfterGap).ok).toBe(true);
          const head = kept.heads.get(store)?.seq ?? 0;
          const missing = gapsOf(kept).flatMap(([after, until]) =>
            Array.from({ length: until - after - 1 }, (_, index) => after + 1 + index),
          );
          const all = Array.from({ length: head }, (_, index) => index + 1);
          expect(kept.seqs()).toEqual(all.filter((seq) => !missing.includes(seq)));
        }
        kept.take(ledger);
        expect({ hashes: kept.hashes(), gaps: kept.gaps, branches: kept.branches }).toEqual({
          hashes: hashesOf(ledger),
          gaps: [],
          branches: 0,
        });
        expect(kept.heads.get(store)).toEqual({ seq: 12, hash: ledger[11]?.hash });
      }),
      { numRuns: 300 },
    );
  });

  it("takes no batch after events that nobody said are missing", () => {
    const kept = new Kept();
    expect(kept.take(ledgerOf("a", 3).slice(1))).toEqual({ ok: false, why: "missing" });
    expect(kept.take(ledgerOf("a", 3).slice(1), true)).toMatchObject({ ok: true });
    expect(gapsOf(kept)).toEqual([[0, 2]]);
  });

  it("is split where a part of a gap is found", () => {
    const ledger = ledgerOf("a", 10);
    const kept = new Kept();
    kept.take(ledger.slice(0, 2));
    kept.take(ledger.slice(8), true);
    kept.take(ledger.slice(4, 6), true);
    expect(gapsOf(kept)).toEqual([
      [2, 5],
      [6, 9],
    ]);
    kept.take(ledger.slice(6, 8));
    expect(gapsOf(kept)).toEqual([[2, 5]]);
    kept.take(ledger.slice(2, 4));
    expect({ gaps: kept.gaps, seqs: kept.seqs().length }).toEqual({ gaps: [], seqs: 10 });
  });
});

describe("two and more histories", () => {
  const copies = fc.record({
    shared: fc.tuple(fc.nat(10), fc.nat(12)),
    sent: fc.array(fc.record({ copy: fc.nat(2), part, isAfterGap: fc.boolean() }), { maxLength: 20 }),
    last: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
  });
  const ledgersOf = ([first, second]: readonly [number, number]) => {
    const a = ledgerOf("a", 12);
    const b = ledgerOf("b", 12, a, first);
    return [a, b, ledgerOf("c", 12, b, second)] as const;
  };

  it("keep each event once, after the one that it names, whatever copy sends what and when", () => {
    fc.assert(
      fc.property(copies, ({ shared, sent, last }) => {
        const ledgers = ledgersOf(shared);
        const kept = new Kept();
        for (const { copy, part: within } of sent) {
          const events = ledgers[copy]?.slice(within.from, within.from + within.length) ?? [];
          const before = ledgers[copy]?.[within.from - 1];
          const isReady = before === undefined || kept.has(before.hash) || kept.has(events[0]?.hash ?? "");
          expect(kept.take(events).ok).toBe(isReady);
        }
        for (const copy of last) expect(kept.take(ledgers[copy] ?? []).ok).toBe(true);
        expect(kept.hashes()).toEqual(hashesOf(...ledgers));
        expect(kept.gaps).toEqual([]);
        for (const [, history] of kept.histories) {
          const events = [...history.values()].toSorted(
            (one, other) => one.envelope.seq - other.envelope.seq,
          );
          for (const [index, event] of events.slice(1).entries()) {
            expect(event.envelope.previous).toBe(events[index]?.hash);
          }
        }
        expect(kept.branches).toBe(kept.histories.size - 1);
      }),
      { numRuns: 400 },
    );
  });

  it("keep each event once, also when what comes before cannot be read any more", () => {
    fc.assert(
      fc.property(copies, ({ shared, sent, last }) => {
        const ledgers = ledgersOf(shared);
        const kept = new Kept();
        for (const { copy, part: within, isAfterGap } of sent) {
          const isTold = isAfterGap && within.from > 0;
          const taken = kept.take(
            ledgers[copy]?.slice(within.from, within.from + within.length) ?? [],
            isTold,
          );
          if (isTold) expect(taken.ok).toBe(true);
        }
        for (const copy of last) expect(kept.take(ledgers[copy] ?? []).ok).toBe(true);
        expect(kept.hashes()).toEqual(hashesOf(...ledgers));
        for (const history of kept.histories.values()) {
          for (const [seq, event] of history) {
            const before = history.get(seq - 1);
            if (before !== undefined) expect(event.envelope.previous).toBe(before.hash);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("what is found of a gap goes there as long as it leads to what comes after the gap", () => {
    const a = ledgerOf("a", 6);
    const b = ledgerOf("b", 6, a, 2);
    const kept = new Kept();
    kept.take(a.slice(0, 2));
    kept.take(a.slice(4), true);
    kept.take(b.slice(2));
    const branch = branchId(terminal, store, b[3]?.hash ?? "");
    expect([kept.seqs(), kept.seqs(branch), gapsOf(kept)]).toEqual([[1, 2, 3, 5, 6], [4, 5, 6], [[3, 5]]]);
  });

  it("a batch that follows another event than the one here is told apart from one that comes too early", () => {
    const a = ledgerOf("a", 6);
    const b = ledgerOf("b", 6, a, 2);
    const kept = new Kept();
    kept.take(a.slice(0, 4));
    expect(kept.take(b.slice(4))).toEqual({ ok: false, why: "diverged" });
    expect(kept.take(b.slice(5))).toEqual({ ok: false, why: "missing" });
  });

  it("what comes after the end of a history that is closed is a branch, and what was missing in it is not", () => {
    const a = ledgerOf("a", 6);
    const kept = new Kept();
    kept.take(a.slice(0, 2));
    kept.take(a.slice(3, 4), true);
    kept.closed.add(store);
    kept.take(a.slice(2, 3));
    const placed = kept.take(a.slice(4));
    const branch = branchId(terminal, store, a[4]?.hash ?? "");
    expect(placed).toMatchObject({
      placement: { branches: [{ store: branch, firstSeq: 5, reason: "ended" }], lastStore: branch },
    });
    expect([kept.seqs(), kept.seqs(branch)]).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });
});
