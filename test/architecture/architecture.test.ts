import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const text = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");

/** Made by tools, or a tool's own; not rooms of the house. */
const isRoom = (name: string): boolean =>
  name === ".ci" || !(name.startsWith(".") || ["node_modules", "dist", "coverage"].includes(name));

describe("ARCHITECTURE.md", () => {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isRoom(entry.name))
    .map((entry) => entry.name);

  test.each(folders)("names the top-level folder %s", (folder) => {
    expect(text).toContain(`${folder}/`);
  });

  const paths = [
    ...text.matchAll(/`((?:\.ci|docs|protocol|hal|device|hub|sim|systemd|test)\/[^`\s]*)`/g),
  ].map((match) => match[1] ?? "");

  test("names files and folders", () => {
    expect(paths.length).toBeGreaterThan(10);
  });

  test.each([...new Set(paths)])("names %s, which is there", (path) => {
    const full = join(ROOT, path);
    expect(existsSync(full)).toBe(true);
    if (path.endsWith("/")) expect(statSync(full).isDirectory()).toBe(true);
  });
});
