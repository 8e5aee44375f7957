import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Every rule and case about PINs has tests that name it, wherever it shows: "PIN rule 5: ...", "PIN case 3: ...". */

const root = fileURLToPath(new URL("../..", import.meta.url));

const PLACES = [
  {
    place: "at the hub",
    files: "hub/**/*.test.ts",
    rules: [1, 2, 3, 4, 5, 6, 7, 8],
    cases: [1, 2, 3, 4, 5, 6, 7, 8, 9, 11],
  },
  {
    place: "on the admin's page",
    files: "test/e2e/hub-*.test.ts",
    rules: [1, 2, 3, 5, 6, 7, 8],
    cases: [1, 5, 6, 7, 9],
  },
  {
    place: "at the terminal",
    files: "{device,sim/world}/**/*.test.ts",
    rules: [1, 2, 4, 5, 7],
    cases: [2, 3, 4, 9, 10, 11],
  },
] as const;

function namedIn(pattern: string): ReadonlySet<string> {
  const texts = globSync(pattern, { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
  return new Set(texts.flatMap((text) => text.match(/PIN (?:rule|case) [0-9]+(?=:)/g) ?? []));
}

describe.each(PLACES)("$place", ({ files, rules, cases }) => {
  const wanted = [
    ...rules.map((number) => `PIN rule ${number}`),
    ...cases.map((number) => `PIN case ${number}`),
  ];
  const named = namedIn(files);
  it.each(wanted)("%s has a test that names it", (name) => {
    expect(named).toContain(name);
  });
});
