import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, afterAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { buildAll } from "../../systemd/build.ts";
import { eventually, PATIENCE_MS } from "./polling.ts";
import {
  makeFolder,
  OwnProcess,
  ROOT,
  runScript,
  withFolder,
  type FolderForTests,
} from "./simulator-process.ts";

const PROCESS_LIMIT_MS = 4 * PATIENCE_MS;
const punchbox = (...flags: readonly string[]) => runScript("device/punchbox.mjs", ...flags);

const GOOD_CONFIG = `
[hub]
url = "ws://hub.example:8080/terminal"

[display]
driver = "hd44780-gpio"
rs = "GPIO7"
e = "GPIO8"
data = ["GPIO25", "GPIO24", "GPIO23", "GPIO18"]

[keypad]
rows = ["GPIO5", "GPIO6", "GPIO13", "GPIO19"]
columns = ["GPIO12", "GPIO16", "GPIO20", "GPIO21"]
`;

async function checkConfig(text: string, ...flags: readonly string[]) {
  return withFolder(async (folder) => {
    const file = join(folder, "punchbox.toml");
    writeFileSync(file, text);
    const ended = await punchbox("config", "check", file, ...flags);
    return {
      ...ended,
      stderr: ended.stderr.replaceAll(file, "FILE"),
      stdout: ended.stdout.replaceAll(file, "FILE"),
    };
  });
}

describe("the punchbox command", { timeout: PROCESS_LIMIT_MS }, () => {
  test("helps, with examples and exit codes", async () => {
    const { code, stdout, stderr } = await punchbox("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const part of ["Examples:", "Exit codes:", "run", "simulate", "config"])
      expect(stdout).toContain(part);
  });

  test("says its version", async () => {
    expect(await punchbox("--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as unknown,
    });
  });

  test.each([[["--nonsense"]], [["nonsense"]], [["config", "check"]], [["config", "nonsense"]]])(
    "refuses %j with code 2 and a line that says why",
    async (flags) => {
      const { code, stderr } = await punchbox(...flags);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: /);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test("hands flags on to the simulator", async () => {
    const { code, stdout } = await punchbox("simulate", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("--keypad");
    expect((await punchbox("simulate", "--display", "8x1")).code).toBe(2);
  });

  test("finds a good config file good", async () => {
    expect(await checkConfig(GOOD_CONFIG)).toEqual({ code: 0, stdout: "FILE: good\n", stderr: "" });
    const { stdout } = await checkConfig(GOOD_CONFIG, "--json");
    expect(JSON.parse(stdout)).toEqual({ ok: true, problems: [] });
  });

  test("names line and field of everything that is wrong with a config file, and not the value", async () => {
    const secret = "not-a-claim-token-4821";
    const broken = GOOD_CONFIG.replace('rs = "GPIO7"', 'rs = "GPIO99"').replace(
      "[display]",
      `claim_token = "${secret}"\n[display]`,
    );
    const { code, stdout, stderr } = await checkConfig(broken);
    expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
    expect(stderr).toMatch(/^FILE:5: hub\.claim_token .+\nFILE:8: display\.rs .+\n$/);
    expect(stderr).not.toContain("4821");
    const asJson = await checkConfig(broken, "--json");
    expect(asJson.code).toBe(78);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      ok: false,
      problems: [
        { line: 5, field: "hub.claim_token" },
        { line: 8, field: "display.rs" },
      ],
    });
  });

  test("says of a config file that is no TOML where it stops being any", async () => {
    const { code, stderr } = await checkConfig("[hub]\nurl = oops\n");
    expect(code).toBe(78);
    expect(stderr).toMatch(/^FILE:2: is not TOML: .+\n$/);
  });

  test("says which config file cannot be read", async () => {
    const { code, stderr } = await punchbox("config", "check", "/nowhere/punchbox.toml");
    expect(code).toBe(78);
    expect(stderr).toMatch(/^\/nowhere\/punchbox\.toml: cannot be read \(ENOENT\)\n$/);
    const run = await punchbox("run", "--config", "/nowhere/punchbox.toml");
    expect(run.code).toBe(78);
    expect(run.stderr).toMatch(/^\/nowhere\/punchbox\.toml: cannot be read: .*--config\n$/);
  });

  test("prints a JSON Schema that an editor can use", async () => {
    const { code, stdout } = await punchbox("config", "schema");
    expect(code).toBe(0);
    const schema = z.looseObject({ $schema: z.string(), properties: z.record(z.string(), z.unknown()) });
    expect(Object.keys(schema.parse(JSON.parse(stdout)).properties)).toEqual(
      expect.arrayContaining(["hub", "display", "keypad"]),
    );
  });
});

describe("the README", { timeout: PROCESS_LIMIT_MS }, () => {
  test("names every option of npm start, and none that it has not", async () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const paragraph = /^Options of `npm start --`:[^]*?\n\n/m.exec(readme)?.[0] ?? "";
    const { stdout } = await runScript("sim/main.ts", "--help");
    const optionsIn = (text: string): string[] => Array.from(text.matchAll(/--[a-z][a-z-]*/g), String).sort();
    const [list = ""] = stdout.split("Examples:");
    const offered = optionsIn(list).filter((option) => !["--help", "--version"].includes(option));
    expect(offered).toContain("--data");
    expect(optionsIn(paragraph)).toEqual(offered);
  });
});

describe("what npm run build makes", { timeout: PROCESS_LIMIT_MS }, () => {
  let dist: FolderForTests;
  beforeAll(async () => {
    dist = makeFolder();
    await buildAll(dist.path);
    // Packages with native code are installed beside the bundle.
    symlinkSync(join(ROOT, "node_modules"), join(dist.path, "node_modules"));
  }, PROCESS_LIMIT_MS);
  afterAll(() => dist.remove());

  test("a terminal that ends with 78 when its config file is missing", async () => {
    const main = join(dist.path, "device", "main.js");
    const { code, stderr } = await new OwnProcess([main, "/nowhere/punchbox.toml"]).ended();
    expect(stderr).toMatch(/^\/nowhere\/punchbox\.toml: cannot be read: .*\n$/);
    expect(code).toBe(78);
  });

  test("a hub that serves its page and its API, and stops on a signal", async () => {
    const data = join(dist.path, "data");
    const hub = new OwnProcess([join(dist.path, "hub", "main.js"), "--data", data, "--port", "0"]);
    const { stdout, stderr } = await eventually(
      "the hub's start",
      () => hub.printed,
      (printed) => printed.stdout.includes("Terminals connect") || printed.code !== null,
    );
    const url = /http:\S+/.exec(stdout)?.[0] ?? "";
    expect(url, stderr).not.toBe("");
    expect(await (await fetch(url)).text()).toContain("<title>Punchbox</title>");
    expect((await fetch(`${url}app.js`)).headers.get("content-type")).toContain("javascript");
    expect(await (await fetch(`${url}healthz`)).json()).toEqual({ status: "ok" });
    expect((await hub.stop()).code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test("nothing of the simulator in the terminal's bundle", () => {
    const folder = join(dist.path, "device");
    const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
    expect(scripts).toContain("main.js");
    expect(scripts).toContain("ledger-worker.js");
    for (const name of scripts) expect(readFileSync(join(folder, name), "utf8")).not.toMatch(/^\/\/ sim\//m);
  });
});
