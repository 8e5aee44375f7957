import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeId, terminalId } from "../protocol/ids.ts";
import { addPinKey, HUB_KEY_FILE, loadHubKeys, retirePinKeys } from "./hub-key.ts";
import { hubSecrets, isKeyOf } from "./secrets.ts";
import { SeededRandom } from "../sim/world/seeded-random.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "punchbox-key-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("the hub key", () => {
  it("is made once, for its owner's eyes only, and found again", () => {
    const made = loadHubKeys(folder, new SeededRandom(1), true);
    expect(loadHubKeys(folder, new SeededRandom(2), false)).toEqual(made);
    expect(statSync(join(folder, HUB_KEY_FILE)).mode & 0o777).toBe(0o600);
  });

  it("is not made anew beside a database that was made under another", () => {
    expect(() => loadHubKeys(folder, new SeededRandom(1), false)).toThrow(
      expect.objectContaining({ code: "hub.key-missing" }),
    );
  });

  it("is refused when it is damaged, without being shown", () => {
    writeFileSync(join(folder, HUB_KEY_FILE), "c0ffee");
    const damaged = () => loadHubKeys(folder, new SeededRandom(1), true);
    expect(damaged).toThrow(expect.objectContaining({ code: "hub.key" }));
    expect(damaged).not.toThrow(/c0ffee/);
    expect(readFileSync(join(folder, HUB_KEY_FILE), "utf8")).toBe("c0ffee");
  });

  it("is followed by one key for PINs a rotation; the older ones go when nothing is kept under them", () => {
    const random = new SeededRandom(1);
    const first = loadHubKeys(folder, random, true);
    const second = addPinKey(folder, first, random);
    expect(loadHubKeys(folder, random, false)).toEqual(second);
    const third = addPinKey(folder, second, random);
    expect(third.laterPinKeys).toHaveLength(2);
    expect(addPinKey(folder, third, random)).toEqual(third);
    retirePinKeys(folder, third);
    const left = loadHubKeys(folder, random, false);
    expect(left).toEqual({ hubKey: first.hubKey, laterPinKeys: third.laterPinKeys.slice(1) });
    expect(statSync(join(folder, HUB_KEY_FILE)).mode & 0o777).toBe(0o600);
  });

  it("gives every terminal and epoch another key, the same each time", () => {
    const secrets = hubSecrets(new Uint8Array(32).fill(1));
    const [one, two] = [makeId(terminalId, new SeededRandom(1)), makeId(terminalId, new SeededRandom(2))];
    expect(secrets.terminalKey(one, 1)).toEqual(secrets.terminalKey(one, 1));
    expect(secrets.terminalKey(one, 1)).not.toEqual(secrets.terminalKey(one, 2));
    expect(secrets.terminalKey(one, 1)).not.toEqual(secrets.terminalKey(two, 1));
  });

  it("is told from another by its check", () => {
    const own = hubSecrets(new Uint8Array(32).fill(1));
    const other = hubSecrets(new Uint8Array(32).fill(2));
    expect(isKeyOf(own, own.keyCheck)).toBe(true);
    expect(isKeyOf(own, other.keyCheck)).toBe(false);
  });
});
