import { describe, expect, test } from "vitest";
import { openBetterSqlite3 } from "./better-sqlite3.ts";
import { describeSqlDriver } from "./sql-driver.contract.ts";

describeSqlDriver("better-sqlite3", () => openBetterSqlite3(":memory:"));

describe("opening a database", () => {
  test("a path that cannot be opened is a coded error that names it", () => {
    const open = (): unknown => openBetterSqlite3("/nowhere/at/all.db");
    expect(open).toThrow(expect.objectContaining({ code: "store.open" }));
    expect(open).toThrow("/nowhere/at/all.db");
  });
});
