import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { generatePin } from "./generate.ts";
import { clashProblem, isProposable, UNUSED, type PinHolder } from "./rules.ts";

describe("Generate", () => {
  it("breaks no rule and proposes what nobody has (PIN rule 8)", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom<PinHolder>("admin", "member", "kiosk"),
        fc.constantFrom(4 as const, 6 as const),
        (seed, holder, length) => {
          const taken = (pin: string): boolean => Number(pin) % 3 === 0;
          const useOf = (pin: string) => (taken(pin) ? { ...UNUSED, members: true } : UNUSED);
          const pin = generatePin({ length, holder, ownNumber: "1038", useOf }, new SeededRandom(seed));
          expect(isProposable(pin, length, "1038")).toBe(true);
          expect(clashProblem(holder, useOf(pin))).toBeNull();
          expect(taken(pin)).toBe(false);
        },
      ),
    );
  });

  it("finds the last PIN that nobody has", () => {
    const useOf = (pin: string) => (pin === "4821" ? UNUSED : { ...UNUSED, members: true });
    expect(generatePin({ length: 4, holder: "member", ownNumber: null, useOf }, new SeededRandom(1))).toBe(
      "4821",
    );
  });

  it("shares a PIN where the rules allow it and none is unused", () => {
    const useOf = (pin: string) =>
      pin === "4821" ? { ...UNUSED, members: true } : { ...UNUSED, admins: true };
    expect(generatePin({ length: 4, holder: "member", ownNumber: null, useOf }, new SeededRandom(1))).toBe(
      "4821",
    );
  });

  it("says clearly when no PIN is left", () => {
    const useOf = () => ({ ...UNUSED, admins: true });
    const none = () =>
      generatePin({ length: 4, holder: "member", ownNumber: null, useOf }, new SeededRandom(1));
    expect(none).toThrow(expect.objectContaining({ code: "pin.none-left" }));
  });
});
