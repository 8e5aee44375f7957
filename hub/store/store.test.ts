import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { openHubStore } from "./store.ts";

describe("opening the store", () => {
  it("sets what a commit that survives a power cut needs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "punchbox-store-"));
    const driver = openBetterSqlite3(join(folder, "hub.db"));
    const store = await openHubStore(driver);
    expect(driver.prepare("PRAGMA journal_mode").get([])).toEqual({ journal_mode: "wal" });
    expect(driver.prepare("PRAGMA synchronous").get([])).toEqual({ synchronous: 2 });
    expect(driver.prepare("PRAGMA foreign_keys").get([])).toEqual({ foreign_keys: 1 });
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it("refuses a file that a newer hub has written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "punchbox-store-"));
    const path = join(folder, "hub.db");
    await (await openHubStore(openBetterSqlite3(path))).close();
    const newer = openBetterSqlite3(path);
    newer.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-from-the-future', '')");
    newer.close();
    const older = openBetterSqlite3(path);
    await expect(openHubStore(older)).rejects.toMatchObject({ code: "store.migrate" });
    older.close();
    rmSync(folder, { recursive: true });
  });
});
