import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mannersOf } from "./manners.ts";
import { parseConfig } from "./parse-config.ts";

const EXAMPLE = readFileSync(new URL("../../docs/punchbox.toml", import.meta.url), "utf8");

describe("the manners of a config file", () => {
  test("are none where it says nothing of them", () => {
    expect(mannersOf(parseConfig(EXAMPLE, "f"))).toEqual({ night: null, dim: null });
  });

  test("are those of the example's comments, once they are none any more", () => {
    const text = EXAMPLE.replace(/^# (?=idle|night)/gm, "");
    expect(mannersOf(parseConfig(text, "f"))).toEqual({
      night: { fromMinute: 1320, toMinute: 360, volume: "quiet" },
      dim: { afterMs: 600_000, level: "off" },
    });
  });
});
