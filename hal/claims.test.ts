import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { claimsIn } from "./claims.ts";

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("what a process that is gone has claimed is abandoned, and nothing else is", () => {
  const folder = makeFolder();
  const claims = claimsIn(folder);
  expect(claims.abandoned("gpio-529")).toBe(false);
  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(join(folder, "claim-gpio-529"), String(pid));
  expect(claims.abandoned("gpio-529")).toBe(true);
  writeFileSync(join(folder, "claim-gpio-530"), String(process.ppid));
  expect(claims.abandoned("gpio-530")).toBe(false);
  writeFileSync(join(folder, "claim-gpio-531"), "nonsense");
  expect(claims.abandoned("gpio-531")).toBe(false);
});

test("what this process has claimed is not abandoned, unless an earlier one with its number did it", () => {
  const folder = makeFolder();
  const claims = claimsIn(folder);
  claims.add("gpio-529");
  expect(claimsIn(folder).abandoned("gpio-529")).toBe(false);
  claims.remove("gpio-529");
  claims.remove("gpio-529");
  expect(claims.abandoned("gpio-529")).toBe(false);
  writeFileSync(join(folder, "claim-gpio-529"), String(process.pid));
  expect(claims.abandoned("gpio-529")).toBe(true);
});

test("without the folder there are no claims, and no error", () => {
  const claims = claimsIn(join(makeFolder(), "nothing"));
  claims.add("gpio-529");
  expect(claims.abandoned("gpio-529")).toBe(false);
  claims.remove("gpio-529");
});
