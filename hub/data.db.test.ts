import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { systemRandom } from "../protocol/seams/clocks.ts";
import { openHubData } from "./data.ts";

const serverUrl = inject("postgresUrl");

describe("the database of a data folder", () => {
  it("is the one of the URL, with the key in the folder; a URL that leads nowhere is not repeated", async () => {
    const folder = mkdtempSync(join(tmpdir(), "punchbox-data-"));
    const open = (databaseUrl: string | undefined) =>
      openHubData({ dataDir: folder, databaseUrl }, systemRandom);
    for (const url of ["postgres://hub:tops3cret@127.0.0.1:1/none", "nonsense://%%tops3cret"]) {
      const refused: unknown = await open(url).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "store.open" });
      expect(String(refused)).not.toContain("tops3cret");
    }
    const first = await open(serverUrl);
    await first.store.close();
    const second = await open(serverUrl);
    expect(second.secrets.keyCheck).toBe(first.secrets.keyCheck);
    await second.store.close();
    rmSync(folder, { recursive: true });
  });
});
