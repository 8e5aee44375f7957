import { describe, expect, it } from "vitest";
import { makeId, personId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { PinKeys } from "./pin-keys.ts";

const random = new SeededRandom(1);
const [ana, jan] = [makeId(personId, random), makeId(personId, random)];
const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const pin = Buffer.from("4821");
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("PIN keys", () => {
  it("open what they sealed, for the same owner and use only", () => {
    const keys = new PinKeys(key(1));
    const sealed = keys.seal(ana, "pin", pin, random);
    expect(Buffer.from(keys.open(ana, "pin", sealed))).toEqual(pin);
    expect(() => keys.open(jan, "pin", sealed)).toThrow(code("pin.sealed"));
    expect(() => keys.open(ana, "slow hash", sealed)).toThrow(code("pin.sealed"));
  });

  it("seal the same PIN differently each time, and index it the same", () => {
    const keys = new PinKeys(key(1));
    expect(keys.seal(ana, "pin", pin, random)).not.toBe(keys.seal(ana, "pin", pin, random));
    expect(keys.index("4821")).toBe(keys.index("4821"));
    expect(keys.index("4821")).not.toBe(keys.index("4822"));
    expect(keys.index("4821")).not.toBe(new PinKeys(key(2)).index("4821"));
  });

  it("refuse what was changed by one bit anywhere, and what another key sealed", () => {
    const keys = new PinKeys(key(1));
    const sealed = keys.seal(ana, "pin", pin, random);
    const [id = "", text = ""] = sealed.split(".");
    const bytes = Buffer.from(text, "base64url");
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      const given = `${id}.${changed.toString("base64url")}`;
      expect(() => keys.open(ana, "pin", given)).toThrow(code("pin.sealed"));
    }
    expect(() => keys.open(ana, "pin", `${id}.`)).toThrow(code("pin.sealed"));
    expect(() => new PinKeys(key(2)).open(ana, "pin", sealed)).toThrow(code("pin.key-unknown"));
  });

  it("read what every key of theirs sealed, and seal with the newest", () => {
    const [older, both] = [new PinKeys(key(1)), new PinKeys(key(1), key(2))];
    const old = older.seal(ana, "pin", pin, random);
    expect(Buffer.from(both.open(ana, "pin", old))).toEqual(pin);
    const fresh = both.seal(ana, "pin", pin, random);
    expect(fresh.startsWith(both.currentPrefix)).toBe(true);
    expect(() => older.open(ana, "pin", fresh)).toThrow(code("pin.key-unknown"));
    expect(both.indexes("4821")).toEqual([older.index("4821"), both.index("4821")]);
  });
});
