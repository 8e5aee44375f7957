import { describeHubStore } from "../../hub/store/store.contract.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { loadSqliteWasm } from "./sqlite-wasm.ts";

const sqlite = await loadSqliteWasm();

describeHubStore("SQLite's wasm build on a simulated disk", () => {
  const volume = sqlite.mount(new SimulatedDisk());
  return { open: () => volume.open("hub.db"), remove: () => undefined };
});
