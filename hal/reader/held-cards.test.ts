import { expect, test } from "vitest";
import { AWAY_MS, HeldCards, MAX_HELD } from "./held-cards.ts";

test("a card is new until it is seen, and again when it was away for a second", () => {
  const held = new HeldCards();
  expect(held.isNew("A", 0)).toBe(true);
  for (let atMs = 0; atMs < 10_000; atMs += AWAY_MS) expect(held.isNew("A", atMs)).toBe(false);
  expect(held.isNew("A", 9000 + AWAY_MS + 1)).toBe(true);
});

test("two cards that lie there together are new once each", () => {
  const held = new HeldCards();
  const seen = ["A", "B", "A", "B", "A"].map((card, count) => held.isNew(card, count * 65));
  expect(seen).toEqual([true, true, false, false, false]);
});

test("no more cards are remembered than can lie on a reader", () => {
  const held = new HeldCards();
  for (let count = 0; count <= MAX_HELD; count++) held.isNew(`card ${count}`, 0);
  expect(held.isNew("card 0", 0)).toBe(true);
  expect(held.isNew(`card ${MAX_HELD}`, 0)).toBe(false);
});
