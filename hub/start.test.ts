import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBetterSqlite3 } from "../protocol/seams/better-sqlite3.ts";
import { systemScheduler } from "../protocol/seams/clocks.ts";
import { HUB_KEY_FILE } from "./hub-key.ts";
import { HUB_DATABASE_FILE } from "./data.ts";
import { listPeople } from "./people/people.ts";
import { startHub, type HubOptions, type RunningHub } from "./start.ts";
import { hmacKdf } from "../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../sim/world/seeded-random.ts";
import { testWallClock } from "./testing/wall-clock.ts";

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
    random: new SeededRandom(1),
    kdf: hmacKdf,
    timeZone: "UTC",
    firstStart: "demo",
    ...given,
  });
}

const peopleOf = (hub: RunningHub) => listPeople(hub.context.store.queries);

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

  it("leaves no PIN of the demo in its database", async () => {
    const hub = await start();
    const pins = [hub.demo?.universalPin ?? "", ...(hub.demo?.people ?? []).map((each) => each.pin)];
    await hub.close();
    expect(pins).toHaveLength(13);
    const database = openBetterSqlite3(join(folder, HUB_DATABASE_FILE));
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all([]);
    const values = tables.flatMap((table) =>
      database
        .prepare(`SELECT * FROM "${String(table["name"])}"`)
        .all([])
        .flatMap((row) => Object.values(row).map(String)),
    );
    database.close();
    expect(values).toContain("Ana Kovač");
    for (const pin of pins) {
      // Within a hash or an instant four digits may stand by chance; by themselves they would be the PIN.
      const byItself = new RegExp(`(?<![0-9A-Za-z+/])${pin}(?![0-9A-Za-z+/=])`);
      expect(values.filter((value) => byItself.test(value))).toEqual([]);
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

  it("changes the key for PINs when asked: the older one goes, and what was under it is under the newer", async () => {
    await (await start()).close();
    const lines = () => readFileSync(join(folder, HUB_KEY_FILE), "utf8").trim().split("\n");
    const [hubKey] = lines();
    for (let rotation = 0; rotation < 2; rotation += 1) {
      const before = lines();
      const random = new SeededRandom(10 + rotation);
      const hub = await start({ data: { dataDir: folder, rotatePinKey: true }, random });
      const { pins } = hub.context.secrets;
      const people = await hub.context.store.queries.selectFrom("people").select("pin_sealed").execute();
      expect(people.every((row) => row.pin_sealed?.startsWith(pins.currentPrefix))).toBe(true);
      await hub.close();
      expect(lines()[0]).toBe(hubKey);
      expect(lines()).toHaveLength(2);
      expect(lines()[1]).not.toBe(before[1]);
    }
    await (await start()).close();
  });

  it("hands out a link for its owner until one can sign in, behind the # that no browser sends, and logs none", async () => {
    const logged: unknown[] = [];
    const note = (...line: unknown[]): void => void logged.push(line);
    const logger = { info: note, warn: note, error: note };
    const begin = (ownerLink = false) => start({ firstStart: "empty", ownerLink, logger });
    const first = await begin();
    const link = new URL(first.ownerLink ?? "");
    expect(link.origin + link.pathname + link.search).toBe(first.url);
    const token = link.hash.slice("#link=".length);
    const redeem = (hub: RunningHub, given: string) =>
      fetch(`${hub.url}api/v1/links/redeem`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: new URL(hub.url).origin },
        body: JSON.stringify({
          token: given,
          name: "Olga",
          email: "olga@example.com",
          password: "horse battery 7",
        }),
      });
    await first.close();
    const second = await begin();
    expect((await redeem(second, token)).status).toBe(404);
    expect((await redeem(second, second.ownerLink?.split("=").at(-1) ?? "")).status).toBe(201);
    await second.close();
    const third = await begin();
    expect(third.ownerLink).toBeNull();
    await third.close();
    const recovery = await begin(true);
    expect((await redeem(recovery, recovery.ownerLink?.split("=").at(-1) ?? "")).status).toBe(201);
    expect((await peopleOf(recovery)).map((each) => each.name)).toEqual(["Olga"]);
    await recovery.close();
    expect(logged.length).toBeGreaterThan(5);
    for (const secret of [token, "horse battery", "olga@example.com"]) {
      expect(JSON.stringify(logged)).not.toContain(secret);
    }
  });

  it("hands out no link for the demo, whose page signs in by itself", async () => {
    const hub = await start();
    expect(hub.ownerLink).toBeNull();
    await hub.close();
  });

  it("refuses a time zone that is none", async () => {
    await expect(start({ timeZone: "Mars/Base" })).rejects.toMatchObject({ code: "time-zone.unknown" });
  });
});
