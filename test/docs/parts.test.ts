import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../device/config/parse-config.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = readdirSync(join(ROOT, "docs/parts")).map((name) => {
  return { name, text: readFileSync(join(ROOT, "docs/parts", name), "utf8") };
});
const usual = readFileSync(join(ROOT, "docs/punchbox.toml"), "utf8");

const blocks = (language: string) =>
  PAGES.flatMap(({ name, text }) =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(
      ([, block = ""], index) => [`${name}, ${language} ${index + 1}`, block] as const,
    ),
  );

/** The usual config file with the tables of a snippet in place of its own. */
function withTables(snippet: string): string {
  const tables = [...snippet.matchAll(/^\[(\w+)\]/gm)].map(([, table]) => table);
  const [top = "", ...rest] = usual.split(/^(?=\[)/m);
  const kept = rest.filter((part) => !tables.includes(/^\[(\w+)\]/.exec(part)?.[1]));
  return [top, ...kept, snippet].join("\n");
}

const commands = [...new Set(blocks("sh").flatMap(([, block]) => block.trim().split("\n")))];
const folder = mkdtempSync(join(tmpdir(), "punchbox-docs-"));
copyFileSync(join(ROOT, "docs/punchbox.toml"), join(folder, "punchbox.toml"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("docs/parts", () => {
  test.each(blocks("toml"))("%s is good in a config file", (name, snippet) => {
    expect(() => parseConfig(withTables(snippet), name)).not.toThrow();
  });

  test("checks snippets: a wrong one is found", () => {
    expect(blocks("toml").length).toBeGreaterThan(8);
    expect(() => parseConfig(withTables('[leds]\ngreen = "GPIO17"\nred = "GPIO5"\n'), "x")).toThrow(/GPIO5/);
  });

  test.each(commands)(
    "%s runs, with the usual config file beside it",
    (command) => {
      const [program, ...options] = command.split(" ");
      expect(program).toBe("punchbox");
      const run = spawnSync(process.execPath, [join(ROOT, "device/punchbox.mjs"), ...options], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(run.stderr).toBe("");
      // The doctor ends with 1 where the machine lacks something.
      expect(options[0] === "doctor" ? [0, 1] : [0]).toContain(run.status);
    },
    60_000,
  );

  test("explain every code of a part's error, and no other", () => {
    const source = readFileSync(join(ROOT, "hal/errors.ts"), "utf8");
    const codes = new Set([...source.matchAll(/"(hal\.\w+\.\w+)"/g)].map(([, code]) => code));
    const explained = new Set(
      PAGES.flatMap(({ text }) => [...text.matchAll(/^\| `(hal\.\w+\.\w+)`/gm)].map(([, code]) => code)),
    );
    expect([...explained].toSorted()).toEqual([...codes].toSorted());
  });

  test("name only files that there are", () => {
    for (const { name, text } of PAGES) {
      for (const [, path = ""] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        expect(() => readFileSync(join(ROOT, "docs/parts", path)), `${name}: ${path}`).not.toThrow();
      }
    }
  });
});
