import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolder } from "./folders.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "punchbox-folders-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("making a folder", () => {
  test("makes all that is missing, for its owner only, and does not mind one that is there", () => {
    const path = join(folder, "a", "b", "c");
    makeFolder(path);
    makeFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test("below a file, or where a file is, is an error", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => makeFolder(join(folder, "file"))).toThrow();
    expect(() => makeFolder(join(folder, "file", "a"))).toThrow();
  });

  test("below /proc is an error, not a wait without end", () => {
    expect(() => makeFolder("/proc/punchbox/a")).toThrow();
  });
});
