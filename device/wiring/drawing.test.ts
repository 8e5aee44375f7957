import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { wiringCommand } from "./command.ts";
import { wiringSvg } from "./svg.ts";
import { BUSES_PLAN, USUAL_PLAN } from "./testing/plans.ts";
import { wiringText } from "./text.ts";
import { wiringOf } from "./wiring.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = join(ROOT, "docs/punchbox.toml");
const folder = mkdtempSync(join(tmpdir(), "punchbox-wiring-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the drawing for a terminal", () => {
  test.each([
    ["usual", USUAL_PLAN],
    ["buses", BUSES_PLAN],
  ])("of the %s parts is as it was looked at", async (name, plan) => {
    const text = wiringText(wiringOf(plan), { colour: false });
    await expect(text).toMatchFileSnapshot(`testing/${name}.txt`);
  });

  test("fits 120 columns, and is the same in colour but for the colour", () => {
    const wiring = wiringOf(USUAL_PLAN);
    const plain = wiringText(wiring, { colour: false });
    for (const line of plain.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
    const colourful = wiringText(wiring, { colour: true });
    expect(colourful).not.toBe(plain);
    // SGR sequences only.
    const stripped = colourful
      .split("\u001b[")
      .map((piece, index) => (index === 0 ? piece : piece.replace(/^\d+m/, "")));
    expect(stripped.join("")).toBe(plain);
  });
});

describe("the page to print", () => {
  test.each([
    ["usual", USUAL_PLAN],
    ["buses", BUSES_PLAN],
  ])("of the %s parts is as it was looked at", async (name, plan) => {
    await expect(wiringSvg(wiringOf(plan))).toMatchFileSnapshot(`../../docs/images/wiring-${name}.svg`);
  });

  test("says everything in words: part, wire and line of each", () => {
    const wiring = wiringOf(BUSES_PLAN);
    const page = wiringSvg(wiring).replaceAll("&amp;", "&");
    for (const { part, wire, to } of wiring.wires) {
      expect(page).toContain(`${part} ${wire}`);
      expect(page).toContain(to);
    }
  });

  test("is well-formed whatever a port is called", () => {
    const reader = { driver: "lines", path: '/dev/a<b>&"c', baudRate: 9600 } as const;
    const page = wiringSvg(wiringOf({ ...USUAL_PLAN, reader }));
    expect(page).toContain("/dev/a&lt;b>&amp;&quot;c");
  });
});

describe("punchbox wiring", () => {
  test("prints the wiring of a config file, or all of it for a program", () => {
    expect(wiringCommand({ config: CONFIG, colour: false })).toBe(
      wiringText(wiringOf(USUAL_PLAN), { colour: false }),
    );
    const json: unknown = JSON.parse(wiringCommand({ config: CONFIG, json: true, colour: false }));
    expect(json).toEqual(JSON.parse(JSON.stringify(wiringOf(USUAL_PLAN))));
  });

  test("writes a page to print", () => {
    const svg = join(folder, "wiring.svg");
    expect(wiringCommand({ config: CONFIG, svg, colour: false })).toContain(svg);
    expect(readFileSync(svg, "utf8")).toBe(wiringSvg(wiringOf(USUAL_PLAN)));
  });

  test("says which file it cannot read or write", () => {
    const missing = join(folder, "missing.toml");
    expect(() => wiringCommand({ config: missing, colour: false })).toThrow(
      `${missing}: cannot be read (ENOENT)`,
    );
    const svg = join(folder, "no/such/folder.svg");
    expect(() => wiringCommand({ config: CONFIG, svg, colour: false })).toThrow(
      `${svg}: cannot be written (ENOENT)`,
    );
  });

  test("runs as a command; a wrong config file ends it with 78", () => {
    const run = (config: string) =>
      spawnSync(process.execPath, [join(ROOT, "device/punchbox.mjs"), "wiring", "--config", config], {
        encoding: "utf8",
      });
    expect(run(CONFIG)).toMatchObject({ status: 0, stderr: "" });
    const wrong = join(folder, "wrong.toml");
    writeFileSync(wrong, readFileSync(CONFIG, "utf8").replace("GPIO12", "GPIO5"));
    const { status, stderr } = run(wrong);
    expect(status).toBe(78);
    expect(stderr).toMatch(/wrong\.toml:\d+: keypad\.columns\.0 uses GPIO5/);
  }, 60_000);
});
