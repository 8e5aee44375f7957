import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { PinChooser } from "./generate.ts";
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
          const pin = new PinChooser(length, useOf, new SeededRandom(seed)).choose(holder, "1038");
          expect(isProposable(pin, length, "1038")).toBe(true);
          expect(clashProblem(holder, useOf(pin))).toBeNull();
          expect(taken(pin)).toBe(false);
        },
      ),
    );
  });

  it("finds the last PIN that nobody has", () => {
    const useOf = (pin: string) => (pin === "4821" ? UNUSED : { ...UNUSED, members: true });
    expect(new PinChooser(4, useOf, new SeededRandom(1)).choose("member", null)).toBe("4821");
  });

  it("shares a PIN where the rules allow it and none is unused", () => {
    const useOf = (pin: string) =>
      pin === "4821" ? { ...UNUSED, members: true } : { ...UNUSED, admins: true };
    expect(new PinChooser(4, useOf, new SeededRandom(1)).choose("member", null)).toBe("4821");
  });

  it("says clearly when no PIN is left", () => {
    const useOf = () => ({ ...UNUSED, admins: true });
    const none = () => new PinChooser(4, useOf, new SeededRandom(1)).choose("member", null);
    expect(none).toThrow(expect.objectContaining({ code: "pin.none-left" }));
  });

  it("gives one chooser's many people all that nobody has before any is shared, own numbers apart", () => {
    const free = new Set(["4821", "7306", "2958"]);
    let asked = 0;
    const useOf = (pin: string) => {
      asked += 1;
      return free.has(pin) ? UNUSED : { ...UNUSED, members: true };
    };
    const chooser = new PinChooser(4, useOf, new SeededRandom(1));
    const take = (ownNumber: string) => {
      const pin = chooser.choose("member", ownNumber);
      free.delete(pin);
      return pin;
    };
    expect([take("1001"), take("1002")].every((pin) => ["4821", "7306", "2958"].includes(pin))).toBe(true);
    const [last = ""] = free;
    expect(take(last)).not.toBe(last);
    expect(take("1003")).toBe(last);
    take("1004");
    asked = 0;
    const shared = new Set(Array.from({ length: 20 }, () => take("1004")));
    expect(shared.size).toBeGreaterThan(15);
    // Once all are known to be in use, nobody goes through them in turn again.
    expect(asked).toBeLessThan(2_000);
  });
});
