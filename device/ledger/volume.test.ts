import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { folderVolume } from "./folder-volume.ts";
import { describeVolume } from "./volume.contract.ts";

describeVolume("a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-volume-"));
  return { volume: folderVolume(folder), dispose: () => rmSync(folder, { recursive: true }) };
});

describeVolume("a simulated disk", async () => {
  const volume = (await loadSqliteWasm()).mount(new SimulatedDisk());
  return { volume, dispose: () => undefined };
});
