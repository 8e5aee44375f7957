import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemScheduler } from "../protocol/seams/clocks.ts";
import { HUB_KEY_FILE } from "./secrets.ts";
import { startHub, type HubOptions, type RunningHub } from "./start.ts";
import { testKdf, testRandom, testWallClock } from "./testing/seams.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "punchbox-hub-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function start(given: Partial<HubOptions> = {}): Promise<RunningHub> {
  return startHub({
    data: { dataDir: folder },
    port: 0,
    host: "127.0.0.1",
    assets: new Map(),
    logger: silent,
    scheduler: systemScheduler,
    wallClock: testWallClock(),
    random: testRandom(1),
    kdf: testKdf,
    timeZone: "UTC",
    firstStart: "demo",
    ...given,
  });
}

const peopleOf = async (hub: RunningHub): Promise<unknown> => (await fetch(`${hub.url}api/v1/people`)).json();

describe("starting the hub", () => {
  it("finds what it left, and makes the demo only once", async () => {
    const first = await start();
    expect(first.demo?.people).toHaveLength(12);
    const people = await peopleOf(first);
    await first.close();
    const second = await start();
    expect(second.demo).toBeNull();
    expect(await peopleOf(second)).toEqual(people);
    await second.close();
  });

  it("leaves no PIN of the demo in its files", async () => {
    const hub = await start();
    const pins = [hub.demo?.universalPin ?? "", ...(hub.demo?.people ?? []).map((each) => each.pin)];
    await hub.close();
    // Base64 and hexadecimal digits may hold any four digits by chance: only whole words count.
    for (const file of readdirSync(folder)) {
      const words = new Set(readFileSync(join(folder, file), "latin1").split(/[^0-9A-Za-z+/=]/));
      for (const pin of pins) expect(words.has(pin)).toBe(false);
    }
  });

  it("says so when the port is taken, and lets go of the data", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    await expect(start({ port })).rejects.toMatchObject({ code: "hub.port-taken" });
    other.close();
    await (await start()).close();
  });

  it("says so when the folder cannot be made", async () => {
    writeFileSync(join(folder, "file"), "");
    const dataDir = join(folder, "file", "data");
    await expect(start({ data: { dataDir } })).rejects.toMatchObject({ code: "hub.data" });
  });

  it("refuses a database whose key is gone, or is another's", async () => {
    await (await start()).close();
    rmSync(join(folder, HUB_KEY_FILE));
    await expect(start()).rejects.toMatchObject({ code: "hub.key-missing" });
    writeFileSync(join(folder, HUB_KEY_FILE), "0".repeat(64));
    await expect(start()).rejects.toMatchObject({ code: "hub.key-other" });
  });

  it("refuses a time zone that is none", async () => {
    await expect(start({ timeZone: "Mars/Base" })).rejects.toMatchObject({ code: "time-zone.unknown" });
  });
});
