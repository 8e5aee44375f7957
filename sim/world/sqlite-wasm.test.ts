import { describe, expect, test } from "vitest";
import { describeSqlDriver } from "../../protocol/seams/sql-driver.contract.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { loadSqliteWasm } from "./sqlite-wasm.ts";

describeSqlDriver("SQLite's wasm build on a simulated disk", async () => {
  const sqlite = await loadSqliteWasm();
  return sqlite.mount(new SimulatedDisk()).open("test.db");
});

/** Commits rows, pulls the plug without closing, and says how many are there afterwards. */
async function rowsAfterCut(
  synchronous: "FULL" | "NORMAL",
  seed: number,
): Promise<{ committed: number; kept: number }> {
  const sqlite = await loadSqliteWasm();
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk();
  const volume = sqlite.mount(disk);
  const before = volume.open("test.db");
  before.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; CREATE TABLE t (id INTEGER PRIMARY KEY)`,
  );
  const committed = 1 + Math.floor(random.uniform() * 40);
  for (let id = 1; id <= committed; id += 1) before.prepare("INSERT INTO t VALUES (?)").run([id]);
  disk.cut(random);
  const after = volume.open("test.db");
  after.exec("PRAGMA journal_mode = WAL");
  let kept = 0;
  try {
    kept = Number(after.prepare("SELECT count(*) AS count FROM t").get([])?.["count"]);
  } catch {
    kept = 0;
  }
  after.close();
  return { committed, kept };
}

describe("a power cut on the simulated disk", () => {
  const seeds = Array.from({ length: 30 }, (_, index) => index);

  test("loses no committed row with synchronous=FULL", async () => {
    for (const seed of seeds) {
      const { committed, kept } = await rowsAfterCut("FULL", seed);
      expect(kept).toBe(committed);
    }
  });

  test("loses committed rows with synchronous=NORMAL, or the disk would prove nothing", async () => {
    const lost = await Promise.all(seeds.map(async (seed) => rowsAfterCut("NORMAL", seed)));
    expect(lost.some(({ committed, kept }) => kept < committed)).toBe(true);
  });
});
