import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeId, terminalId } from "../../protocol/ids.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { loadIdentity, saveIdentity } from "./identity.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "punchbox-identity-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a terminal's identity", () => {
  test("is made at the first start, and the same ever after", () => {
    const first = loadIdentity(folder);
    expect(first.paired).toBeNull();
    expect(loadIdentity(folder)).toEqual(first);
  });

  test("keeps what the hub gave it", () => {
    const paired = {
      terminal: makeId(terminalId, systemRandom),
      terminalKey: Buffer.alloc(32).toString("base64"),
    };
    saveIdentity(folder, { ...loadIdentity(folder), paired });
    expect(loadIdentity(folder).paired).toEqual(paired);
  });

  test("can be read by its owner only", () => {
    loadIdentity(folder);
    expect(statSync(join(folder, "identity.json")).mode & 0o777).toBe(0o600);
  });

  test("that is damaged is refused by name, without a word of what is in it", () => {
    const { privateKey } = loadIdentity(folder);
    const path = join(folder, "identity.json");
    writeFileSync(path, readFileSync(path, "utf8").slice(0, -5));
    try {
      loadIdentity(folder);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "identity.damaged" });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(privateKey.slice(0, 16));
    }
  });

  test("in a folder that is not there is an error that names it", () => {
    const load = (): unknown => loadIdentity(join(folder, "nothing"));
    expect(load).toThrow(expect.objectContaining({ code: "identity.io" }));
    expect(load).toThrow(join(folder, "nothing"));
  });
});
