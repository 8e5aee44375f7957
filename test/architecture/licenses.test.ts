import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The kernel module: the only place that is not MIT. */
const GPL_FOLDER = "test/kernel/module/";
const GPL = "SPDX-License-Identifier: GPL-2.0-or-later";
const GPL_SOURCE = /\.[ch]$|\/Kbuild$/;
/** A file system of our own for crash tests, MIT as everything else: FUSE has no other language here. */
const OWN_C = ["test/crash/lossyfs/lossyfs.c"];
/** Tells its own folder's license, and this test looks for it. */
const MENTIONS = ["test/architecture/licenses.test.ts"];

const files = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" })
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe("licenses", () => {
  const sources = files.filter((path) => path.startsWith(GPL_FOLDER) && GPL_SOURCE.test(path));

  test("the project is MIT, and its kernel module has a license of its own beside it", () => {
    expect(read("LICENSE")).toContain("MIT License");
    expect(read("package.json")).toContain('"license": "MIT"');
    expect(read(`${GPL_FOLDER}LICENSE`)).toContain("GNU GENERAL PUBLIC LICENSE");
    expect(read(`${GPL_FOLDER}README.md`)).toContain("GPL-2.0-or-later");
    expect(sources.length).toBeGreaterThan(5);
  });

  test.each(sources)("%s says in its first line that it is GPL-2.0-or-later", (path) => {
    expect(read(path).split("\n")[0]).toContain(GPL);
  });

  test("nothing outside of the kernel module's folder is under the GPL, or written in C but for one file system of ours", () => {
    const elsewhere = files.filter((path) => !path.startsWith(GPL_FOLDER) && !MENTIONS.includes(path));
    expect(elsewhere.filter((path) => /\.[ch]$/.test(path))).toEqual(OWN_C);
    const code = elsewhere.filter((path) => /\.(ts|tsx|mjs|cjs|js|sh)$/.test(path));
    expect(code.filter((path) => read(path).includes("SPDX-License-Identifier"))).toEqual([]);
  });
});
