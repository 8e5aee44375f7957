import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SqlDriver } from "../seams.ts";

/** What every {@link SqlDriver} does, whatever SQLite is underneath. */
export function describeSqlDriver(name: string, open: () => Promise<SqlDriver> | SqlDriver): void {
  describe(`SqlDriver: ${name}`, () => {
    let driver: SqlDriver;
    beforeEach(async () => {
      driver = await open();
      driver.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, number REAL, bytes BLOB) STRICT");
    });
    afterEach(() => driver.close());

    test("what was written is read back with its type", () => {
      const bytes = new Uint8Array([0, 1, 255]);
      driver.prepare("INSERT INTO t VALUES (?, ?, ?, ?)").run([7, "Ana Kovač", 1.5, bytes]);
      const row = driver.prepare("SELECT * FROM t WHERE id = ?").get([7]);
      expect(row).toMatchObject({ id: 7, text: "Ana Kovač", number: 1.5 });
      expect(new Uint8Array(row?.["bytes"] as Uint8Array)).toEqual(bytes);
    });

    test("a statement says what it changed and which row it made", () => {
      const insert = driver.prepare("INSERT INTO t (text) VALUES (?)");
      expect(insert.run(["a"])).toEqual({ changes: 1, lastInsertRowid: 1 });
      expect(insert.run([null])).toEqual({ changes: 1, lastInsertRowid: 2 });
      expect(driver.prepare("DELETE FROM t").run([]).changes).toBe(2);
    });

    test("a missing row is undefined and no rows are an empty list", () => {
      expect(driver.prepare("SELECT * FROM t WHERE id = 1").get([])).toBeUndefined();
      expect(driver.prepare("SELECT * FROM t").all([])).toEqual([]);
    });

    test("a reader returns rows also when it writes", () => {
      const insert = driver.prepare("INSERT INTO t (text) VALUES (?) RETURNING id");
      expect(insert.reader).toBe(true);
      expect(insert.all(["a"])).toEqual([{ id: 1 }]);
      expect(driver.prepare("DELETE FROM t").reader).toBe(false);
    });

    test("a transaction that is rolled back leaves nothing", () => {
      driver.exec("BEGIN IMMEDIATE");
      driver.prepare("INSERT INTO t (text) VALUES (?)").run(["a"]);
      driver.exec("ROLLBACK");
      expect(driver.prepare("SELECT count(*) AS count FROM t").get([])).toEqual({ count: 0 });
    });

    test("a broken rule is a coded error and the connection goes on working", () => {
      driver.prepare("INSERT INTO t (id) VALUES (1)").run([]);
      const twice = (): void => void driver.prepare("INSERT INTO t (id) VALUES (1)").run([]);
      expect(twice).toThrow(expect.objectContaining({ code: "store.sql" }));
      expect(() => driver.prepare("SELEKT 1")).toThrow(expect.objectContaining({ code: "store.sql" }));
      expect(driver.prepare("SELECT count(*) AS count FROM t").get([])).toEqual({ count: 1 });
    });

    test("the journal can be WAL with full synchronisation", () => {
      driver.exec("PRAGMA synchronous = FULL");
      expect(driver.prepare("PRAGMA synchronous").get([])).toEqual({ synchronous: 2 });
    });

    test("JSON functions are there", () => {
      const row = driver
        .prepare("SELECT json_extract(?, '$.payload.auth') AS auth")
        .get(['{"payload":{"auth":"personal"}}']);
      expect(row).toEqual({ auth: "personal" });
    });
  });
}
