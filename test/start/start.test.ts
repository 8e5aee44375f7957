import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoSession } from "./api-client.ts";
import { PATIENCE_MS } from "./polling.ts";
import {
  makeFolder,
  OwnProcess,
  runScript,
  startSimulator,
  withFolder,
  type Ended,
  type FolderForTests,
  type RunningSimulator,
} from "./simulator-process.ts";

const PROCESS_LIMIT_MS = 8 * PATIENCE_MS;

/** One line for a person, and no stack. */
function expectOneLine(stderr: string, wanted: RegExp): void {
  expect(stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(wanted)]);
}

describe("npm start", { timeout: PROCESS_LIMIT_MS }, () => {
  test("prints addresses and demo PINs the first time, and finds everything the second", async () => {
    await withFolder(async (data) => {
      const first = await startSimulator(data);
      expect(first.process.printed.stdout).toMatch(/1038 +7306 +regular +Jan Novák/);
      expect(first.process.printed.stdout.match(/7306/g)).toHaveLength(1);
      expect(first.process.printed.stdout).toContain(data);
      await first.client.press("10387306");
      await first.client.see(/^IN /, /^Jan Novák/);
      await first.client.sent();
      const [terminal] = await first.client.terminals();
      expect((await first.process.stop()).code).toBe(0);

      const second = await startSimulator(data);
      expect(second.process.printed.stdout).toContain("Terminal  http://127.0.0.1:");
      expect(second.process.printed.stdout).not.toMatch(/\bPIN\b|7306/);
      expect(await second.client.punches()).toMatchObject([{ action: "in", terminal: terminal?.terminal }]);
      expect((await second.client.terminals()).map((each) => each.terminal)).toEqual([terminal?.terminal]);
      expect((await second.client.state()).ledger).toEqual({ events: 1, acknowledged: 1, unsent: 0 });
      await second.client.press("10387306");
      await second.client.see(/already/);
      expect((await second.process.stop("SIGTERM")).code).toBe(0);
    });
  });

  test("keeps a punch that was on the screen when the process was killed", async () => {
    await withFolder(async (data) => {
      const first = await startSimulator(data);
      await first.client.switch("hub", false);
      await first.client.press("10387306");
      await first.client.see(/^IN /);
      await first.process.stop("SIGKILL");
      const second = await startSimulator(data);
      await second.client.sent();
      expect(await second.client.punches()).toMatchObject([{ action: "in" }]);
      await second.process.stop();
    });
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "ends on %s with code 0, nothing printed in anger and nothing listening, watched or not",
    async (signal) => {
      await withFolder(async (data) => {
        const { process, url, hubUrl, client } = await startSimulator(data);
        // Pages that are open: their streams must not keep it, nor a finger that is on a key.
        const headers = { cookie: await demoSession(hubUrl) };
        const streams = await Promise.all(
          [url, hubUrl].map((each) => fetch(`${each}api/v1/live`, { headers })),
        );
        expect(streams.map((stream) => stream.status)).toEqual([200, 200]);
        const pressing = fetch(`${url}api/v1/keys`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ keys: [{ key: "6", holdMs: 60_000 }] }),
        }).catch(() => "cut off");
        await client.see(/^Name /);
        // It ends itself with code 1 when it has not stopped after 2 s (sim/main.ts).
        expect(await process.stop(signal)).toMatchObject({ code: 0, stderr: "" });
        expect(await pressing).toBe("cut off");
        await Promise.all(streams.map((stream) => stream.text().catch(() => "")));
        for (const each of [url, hubUrl]) await expect(fetch(each)).rejects.toThrow();
      });
    },
  );

  test("takes the smallest terminal", async () => {
    await withFolder(async (data) => {
      const flags = ["--display", "16x2", "--keypad", "4x3", "--bus", "i2c"];
      const { client, process } = await startSimulator(data, ...flags);
      expect(await client.screen()).toMatchObject({ columns: 16, rows: 2 });
      expect((await client.state()).keypad.flat()).toHaveLength(12);
      expect((await process.stop()).code).toBe(0);
    });
  });
});

describe("npm start refuses in one clear line", { timeout: PROCESS_LIMIT_MS }, () => {
  test("a port that is taken, be it the page's or the hub's", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const taken = typeof address === "object" ? (address?.port ?? 0) : 0;
    for (const port of [taken, taken - 1]) {
      await withFolder(async (data) => {
        const { code, stderr, stdout } = await runScript(
          "sim/main.ts",
          "--data",
          data,
          "--port",
          String(port),
        );
        expectOneLine(stderr, new RegExp(`^punchbox: port ${taken} is taken: .*--port`));
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      });
    }
    other.close();
  });

  test("a folder that cannot be made, for a file is in the way", async () => {
    await withFolder(async (folder) => {
      writeFileSync(join(folder, "file"), "");
      const data = join(folder, "file", "data");
      const { code, stderr } = await runScript("sim/main.ts", "--data", data, "--port", "0");
      expectOneLine(stderr, /^punchbox: cannot write to the folder .*file.*--data/);
      expect(code).toBe(1);
    });
  });

  test.each(["", "hub", "terminal"])("a file where its folder %j should be", async (name) => {
    await withFolder(async (folder) => {
      const data = join(folder, "data");
      if (name !== "") mkdirSync(data);
      writeFileSync(join(data, name), "");
      const { code, stderr } = await runScript("sim/main.ts", "--data", data, "--port", "0");
      expectOneLine(stderr, new RegExp(`^punchbox: cannot (make|write) .*${join(data, name)}`));
      expect(code).toBe(1);
    });
  });

  test("a folder that another one is using", async () => {
    await withFolder(async (data) => {
      const { process } = await startSimulator(data);
      const { code, stderr } = await runScript("sim/main.ts", "--data", data, "--port", "0");
      expectOneLine(stderr, /^punchbox: another hub is running on this data folder/);
      expect(code).toBe(1);
      await process.stop();
    });
  });

  test("a database that is none", async () => {
    await withFolder(async (data) => {
      const { process } = await startSimulator(data);
      await process.stop();
      writeFileSync(join(data, "hub", "hub.db"), "this is no database ".repeat(1_000));
      const { code, stderr } = await runScript("sim/main.ts", "--data", data, "--port", "0");
      expectOneLine(stderr, /^punchbox: /);
      expect(code).toBe(1);
    });
  });

  test.each([
    ["an unknown flag", ["--prot", "1"], /unknown option '--prot'/],
    ["a display there is none of", ["--display", "8x1"], /--display.*20x4.*16x2/],
    ["a keypad there is none of", ["--keypad", "5x5"], /--keypad.*4x4.*4x3/],
    ["a port that is no number", ["--port", "abc"], /--port.*0 to 65534/],
    ["a port beyond the last", ["--port", "65535"], /--port.*0 to 65534/],
    ["a port below the first", ["--port=-1"], /--port.*0 to 65534/],
    ["a flag without its value", ["--data"], /--data/],
    ["a word too many", ["now"], /too many arguments/],
  ])("%s", async (_what, flags, wanted) => {
    const { code, stderr, stdout } = await runScript("sim/main.ts", ...flags);
    expect(stderr.trimEnd().split("\n")[0]).toMatch(/^error: /);
    expect(stderr).toMatch(wanted);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("a wrong Node", () => {
  /** Loaded first, as `node --import`: from then on this Node says it is another. */
  const pretend = (version: string): string =>
    `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;

  test.each([
    ["18.20.4", 1],
    ["20.20.2", 1],
    ["22.14.0", 1],
    ["24.0.0", 0],
    ["100.1.0", 0],
  ])("%s ends with code %i", async (version, expected) => {
    const { code, stderr } = await nodeWith(pretend(version));
    expect(code).toBe(expected);
    if (expected === 0) expect(stderr).toBe("");
    else expectOneLine(stderr, new RegExp(`^punchbox: needs Node 24 or later, this is ${version}; .*npm`));
  });
});

async function nodeWith(preload: string): Promise<Ended> {
  return new OwnProcess(["--import", preload, "--import", "./device/require-node.mjs", "--eval", ""]).ended();
}

describe("switching parts off and on", { timeout: PROCESS_LIMIT_MS }, () => {
  let running: RunningSimulator;
  let folder: FolderForTests;
  beforeAll(async () => {
    folder = makeFolder();
    running = await startSimulator(folder.path);
  }, PROCESS_LIMIT_MS);
  afterAll(() => folder.remove());

  test("without the hub punching goes on, and everything arrives once when it is back", async () => {
    const { client, hubUrl } = running;
    await client.switch("hub", false);
    await expect(fetch(hubUrl)).rejects.toThrow();
    await client.press("10387306");
    await client.see(/^IN /, /^Jan Novák/);
    await client.press("11772958");
    await client.see(/^IN /, /^Jana Novak/);
    expect((await client.state()).ledger).toEqual({ events: 2, acknowledged: 0, unsent: 2 });
    await client.see(/off.* 2$/);
    await client.switch("hub", true);
    await client.sent();
    expect((await client.punches()).map((each) => each.seq)).toEqual([1, 2]);
    expect((await client.peopleIn()).sort()).toEqual(["Jan Novák", "Jana Novak"]);
  });

  test("without the network likewise, and the hub answers meanwhile", async () => {
    const { client } = running;
    await client.switch("network", false);
    await client.idle();
    await client.press("14203817");
    await client.see(/^WRONG PIN/);
    await client.press("9573");
    await client.see(/^IN /, /^Zoë Lindqvist/);
    expect((await client.punches()).map((each) => each.seq)).toEqual([1, 2]);
    await client.switch("network", true);
    await client.sent();
    expect((await client.punches()).map((each) => each.seq)).toEqual([1, 2, 4]);
  });

  test("a terminal without power is dark, takes no key, and is itself again with power", async () => {
    const { client } = running;
    const { events } = (await client.state()).ledger ?? { events: 0 };
    const [before] = await client.terminals();
    await client.switch("power", false);
    expect(await client.state()).toMatchObject({ power: false, ledger: null });
    expect(await client.screen()).toMatchObject({ displayOn: false, backlight: false });
    await client.press("13026140");
    await client.switch("power", true);
    await client.idle();
    await client.sent();
    expect((await client.state()).ledger?.events).toBe(events);
    expect((await client.terminals()).map((each) => each.terminal)).toEqual([before?.terminal]);
    await client.press("13026140");
    await client.see(/^IN /, /^Janko Novak/);
    await client.sent();
    expect((await client.state()).violations).toBe(0);
  });

  test("switching to what is so already changes nothing, however often and at once", async () => {
    const { client } = running;
    await Promise.all(
      (["power", "network", "hub"] as const).flatMap((part) => [
        client.switch(part, true),
        client.switch(part, false),
        client.switch(part, false),
        client.switch(part, true),
        client.switch(part, true),
      ]),
    );
    await client.idle();
    expect(await client.state()).toMatchObject({ power: true, network: true, hub: true });
    await client.sent();
    expect(await client.punches()).toHaveLength(4);
  });
});
