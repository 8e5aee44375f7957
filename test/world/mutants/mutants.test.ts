import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { describe, expect, test } from "vitest";
import { mutated } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

const root = new URL("../../../", import.meta.url);

describe("mutants", () => {
  test.each(MUTANTS)("$name fits the source as it is now, once, and leaves it TypeScript", (mutant) => {
    const source = readFileSync(new URL(mutant.file, root), "utf8");
    const patched = mutated(mutant, source);
    expect(patched).not.toBe(source);
    expect(() => stripTypeScriptTypes(patched)).not.toThrow();
  });

  test("are at least 25, of every layer, each with a name of its own", () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(25);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(new Set(MUTANTS.map(({ file }) => file.split("/")[0]))).toEqual(new Set(["device", "hal", "hub"]));
  });

  test("that do not fit are told of by name", () => {
    const mutant = { name: "one", file: "a.ts", find: "b", replace: "c", why: "" };
    expect(() => mutated(mutant, "b b")).toThrow(/mutant one: a\.ts .* 2 times/);
    expect(() => mutated(mutant, "a")).toThrow(/0 times/);
    expect(mutated(mutant, "abd")).toBe("acd");
  });
});
