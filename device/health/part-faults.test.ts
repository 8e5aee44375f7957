import { Writable } from "node:stream";
import pino from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import { ScriptedPart } from "../testing/scripted-part.ts";
import { PART_SILENT, PartFaults, type PartName } from "./part-faults.ts";

let lines: { readonly level: number; readonly part: string; readonly code?: string }[];
let display: ScriptedPart;
let faults: PartFaults;
let told: [PartName, string | null][];

beforeEach(() => {
  lines = [];
  told = [];
  display = new ScriptedPart();
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as (typeof lines)[number]);
      done();
    },
  });
  faults = new PartFaults(new Map([["display", display]]), pino(stream));
  faults.onChange((part, code) => told.push([part, code]));
});

describe("a part's faults", () => {
  test("are told and logged once with their code when they begin, and once when they are over", () => {
    display.fail("hal.display.io");
    display.fail("hal.display.io");
    display.recover();
    display.recover();
    expect(told).toEqual([
      ["display", "hal.display.io"],
      ["display", null],
    ]);
    expect(lines).toMatchObject([
      { level: 40, part: "display", code: "hal.display.io" },
      { level: 30, part: "display" },
    ]);
  });

  test("are told to who asks later, too", () => {
    display.fail("hal.display.io");
    const late: [PartName, string | null][] = [];
    faults.onChange((part, code) => late.push([part, code]));
    expect(late).toEqual([["display", "hal.display.io"]]);
  });

  test("last until the part has recovered and answers", () => {
    faults.setSilent("display", true);
    display.fail("hal.display.io");
    display.recover();
    expect(faults.codeOf("display")).toBe(PART_SILENT);
    faults.setSilent("display", false);
    expect(told.map(([, code]) => code)).toEqual([PART_SILENT, "hal.display.io", PART_SILENT, null]);
  });

  test("after its life are nobody's business", () => {
    faults.close();
    display.fail("hal.display.io");
    expect([told, lines]).toEqual([[], []]);
  });
});
