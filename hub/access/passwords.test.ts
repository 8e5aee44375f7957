import { describe, expect, it } from "vitest";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import type { Kdf } from "../../protocol/seams.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";
import { MAX_HASHES_WAITING, MIN_PASSWORD_LENGTH, Passwords, requirePassword } from "./passwords.ts";

const keeper = (kdf: Kdf = hmacKdf, key = 1, seed = 1): Passwords =>
  new Passwords({
    kdf,
    random: new SeededRandom(seed),
    secrets: { passwordKey: new Uint8Array(32).fill(key) },
  });

const refusalOf = (password: string): string | null => {
  try {
    requirePassword(password, "ana@example.com");
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "another";
  }
};

describe("a password", () => {
  it.each([
    ["nine chars", "kz!7tq0Rx", "password.short"],
    ["nine emoji, though more code units", "🦊🐻🐼🦁🐯🐨🐸🐙🦉", "password.short"],
    ["201 characters", "ab1".repeat(67), "password.long"],
    ["one of the commonest", "Password123", "password.common"],
    ["one of the commonest, in wide letters", "ｐａｓｓｗｏｒｄ１２３", "password.common"],
    ["one letter", "aaaaaaaaaaaa", "password.common"],
    ["two letters in turns", "abababababab", "password.common"],
    ["three in turns", "1231231231", "password.common"],
    ["the own e-mail", "Ana@Example.com", "password.own-email"],
    ["ten characters", "kz!7tq0Rxw", null],
    ["four words", "horse battery staple 7", null],
    ["another script", "сложныйпароль7", null],
  ])("of %s", (_what, password, code) => {
    expect(refusalOf(password)).toBe(code);
  });

  it("is compared with a list whose entries could be passwords at all", () => {
    expect(COMMON_PASSWORDS.size).toBeGreaterThan(150);
    for (const each of COMMON_PASSWORDS) {
      expect(each.length, each).toBeGreaterThanOrEqual(MIN_PASSWORD_LENGTH);
      expect(each).toBe(each.toLowerCase());
    }
  });
});

describe("a password that is kept", () => {
  it("is known again, in whichever form its letters were typed", async () => {
    const passwords = keeper();
    const kept = await passwords.keep("Żółć żółwia 7");
    expect(await passwords.matches(kept, "Żółć żółwia 7".normalize("NFD"))).toBe(true);
    expect(await passwords.matches(kept, "żółć żółwia 7")).toBe(false);
  });

  it("cannot be told from what is kept, and is never kept twice alike", async () => {
    const passwords = keeper();
    const [one, other] = [await passwords.keep("horse battery 7"), await passwords.keep("horse battery 7")];
    expect(one).not.toBe(other);
    expect(one).not.toContain("horse");
  });

  it("is of no use under another hub's key", async () => {
    const kept = await keeper().keep("horse battery 7");
    expect(await keeper(hmacKdf, 2).matches(kept, "horse battery 7")).toBe(false);
  });

  it("of nobody is never right, and costs a slow hash all the same", async () => {
    let hashes = 0;
    const counting: Kdf = { derive: (pin, salt) => ((hashes += 1), hmacKdf.derive(pin, salt)) };
    expect(await keeper(counting).matches(null, "horse battery 7")).toBe(false);
    expect(hashes).toBe(1);
  });

  it("of an unknown version, or damaged, is not right", async () => {
    const passwords = keeper();
    const kept = await passwords.keep("horse battery 7");
    for (const damaged of [kept.replace("1.", "2."), "", "1.", "1..", kept.slice(0, -4)]) {
      expect(await passwords.matches(damaged, "horse battery 7"), damaged).toBe(false);
    }
  });
});

describe("slow hashes", () => {
  it("wait in a limited number, and the next has its turn when one is done", async () => {
    const waiting: (() => void)[] = [];
    const slow: Kdf = {
      async derive(pin, salt) {
        await new Promise<void>((resolve) => void waiting.push(resolve));
        return hmacKdf.derive(pin, salt);
      },
    };
    const passwords = keeper(slow);
    const all = Array.from({ length: MAX_HASHES_WAITING }, () => passwords.keep("horse battery 7"));
    await expect(passwords.keep("horse battery 7")).rejects.toMatchObject({ code: "sign-in.busy" });
    for (const next of waiting) next();
    await Promise.all(all);
    const late = passwords.keep("horse battery 7");
    waiting.at(-1)?.();
    await expect(late).resolves.toMatch(/^1\./);
  });
});
