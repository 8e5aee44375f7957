import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SYSFS } from "./sysfs.ts";

test("attributes are read without the line's end, written as they are, and listed where there are any", () => {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "direction");
  writeFileSync(path, "in\n");
  expect(SYSFS.read(path)).toBe("in");
  SYSFS.write(path, "low");
  expect(SYSFS.read(path)).toBe("low");
  expect(SYSFS.writable(path)).toBe(true);
  expect(SYSFS.writable(join(folder, "edge"))).toBe(false);
  expect(SYSFS.exists(join(folder, "edge"))).toBe(false);
  symlinkSync(path, join(folder, "link"));
  expect(SYSFS.resolve(join(folder, "link"))).toBe(SYSFS.resolve(path));
  expect(SYSFS.list(folder)).toEqual(["direction", "link"]);
  expect(SYSFS.list(join(folder, "nothing"))).toEqual([]);
  expect(() => SYSFS.read(join(folder, "edge"))).toThrow(expect.objectContaining({ code: "ENOENT" }));
});
