import { describe, expect, test } from "vitest";
import { charlcd, esphome, npmLcd, rplcd } from "./lcd-peers.ts";

const SIZE = { columns: 20, rows: 4 };
const FULL = ["a", "b", "c", "d"].map((letter) => letter.repeat(20));
const NONE: readonly string[] = [];

/** Measured or computed for each of them before there were these models: a full 20x4. */
describe("a full 20x4 with", () => {
  test("RPLCD is 1,344 bus bytes and 151,536 us", () => {
    expect(rplcd(NONE, FULL, SIZE)).toEqual({ busBytes: 1_344, durationUs: 151_536 });
  });

  test("ESPHome is 1,008 bus bytes and 117,768 us less the two cursor moves that its two lines save", () => {
    const { busBytes, durationUs } = esphome(NONE, FULL, SIZE);
    expect(busBytes).toBe(1_008 - 2 * 12);
    expect(durationUs).toBe(117_768 - 2 * 1_402);
  });

  test("npm lcd spins 3,764 us", () => {
    expect(npmLcd(NONE, FULL, SIZE).durationUs).toBe(3_764);
  });

  test("Linux charlcd is four rows of 22 bytes to the controller", () => {
    expect(charlcd(NONE, FULL, SIZE).busBytes).toBe(4 * 22 * 12);
  });
});

test("rows that stay cost nothing, but with ESPHome", () => {
  const changed = ["x", ...FULL.slice(1)];
  for (const peer of [rplcd, charlcd, npmLcd]) {
    expect(peer(FULL, changed, SIZE).busBytes).toBe(peer(NONE, FULL, SIZE).busBytes / 4);
    expect(peer(FULL, FULL, SIZE).busBytes).toBe(0);
  }
  expect(esphome(FULL, FULL, SIZE).busBytes).toBe(984);
});
