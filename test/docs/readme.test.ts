import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ROUTES } from "../../sim/server/schemas.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe("README.md", () => {
  test("names only npm scripts that there are", () => {
    const named = [...readme.matchAll(/npm (?:run ([a-z:0-9]+)|(start|test))\b/g)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    expect(named.length).toBeGreaterThan(5);
    for (const script of named) expect(Object.keys(scripts)).toContain(script);
  });

  test("has every route of the simulator's API, with what it does", () => {
    for (const { method, path } of ROUTES) expect(readme).toContain(`\`${method} ${path}`);
  });

  test("names only files that there are", () => {
    for (const [, path = ""] of readme.matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(() => readFileSync(join(ROOT, path))).not.toThrow();
    }
  });

  test("has a config file that is good", () => {
    const result = spawnSync(
      process.execPath,
      [join(ROOT, "device/punchbox.mjs"), "config", "check", join(ROOT, "docs/punchbox.toml")],
      { encoding: "utf8" },
    );
    expect(result.stdout).toContain("good");
    expect(result.status).toBe(0);
  });
});
