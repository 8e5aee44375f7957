import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clashProblem, isProposable, shapeProblem, UNUSED } from "./rules.ts";

describe("PIN rule 8", () => {
  it("PIN rule 8: no PIN is one digit repeated", () => {
    expect(shapeProblem("1111", 4)).toBe("pin.repeated");
    expect(shapeProblem("111111", 6)).toBe("pin.repeated");
    expect(shapeProblem("1112", 4)).toBeNull();
  });

  it.each(["482", "12345", "12a4", "", "12 4", "१२३४"])(
    "PIN rule 8: %j is no PIN where 4 digits are due",
    (pin) => {
      expect(shapeProblem(pin, 4)).toBe("pin.length");
    },
  );

  it("PIN rule 8: a non-admin can't have the same PIN as some admin", () => {
    expect(clashProblem("member", { ...UNUSED, admins: true })).toBe("pin.clash-role");
  });

  it("PIN rule 8: an admin can't have the same PIN as some non-admin", () => {
    expect(clashProblem("admin", { ...UNUSED, members: true })).toBe("pin.clash-role");
  });

  it("PIN rule 8: two admins may share a PIN, two non-admins too", () => {
    expect(clashProblem("admin", { ...UNUSED, admins: true })).toBeNull();
    expect(clashProblem("member", { ...UNUSED, members: true })).toBeNull();
  });

  it("PIN rule 8: each kiosk's Universal PIN is unique among kiosks", () => {
    expect(clashProblem("kiosk", { ...UNUSED, kiosks: true })).toBe("pin.clash-kiosk");
  });

  it("PIN rule 8: an admin can't have the same PIN as any kiosk's Universal PIN, nor the reverse", () => {
    expect(clashProblem("admin", { ...UNUSED, kiosks: true })).toBe("pin.clash-universal");
    expect(clashProblem("kiosk", { ...UNUSED, admins: true })).toBe("pin.clash-universal");
  });

  it("PIN rule 8: a non-admin may have a Universal PIN, and the reverse", () => {
    expect(clashProblem("member", { ...UNUSED, kiosks: true })).toBeNull();
    expect(clashProblem("kiosk", { ...UNUSED, members: true })).toBeNull();
  });

  it.each(["1234", "9876", "0123", "0482", "5555", "1038"])(
    "PIN rule 8: %s is never proposed to 1038",
    (pin) => {
      expect(isProposable(pin, 4, "1038")).toBe(false);
    },
  );

  it("PIN rule 8: whatever is proposed breaks no rule about its shape", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9]{4}$|^[0-9]{6}$/),
        fc.constantFrom(4 as const, 6 as const),
        (pin, length) => {
          if (isProposable(pin, length, null)) expect(shapeProblem(pin, length)).toBeNull();
        },
      ),
    );
  });
});
