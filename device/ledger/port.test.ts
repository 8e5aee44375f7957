import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { bootId, makeId, terminalId } from "../../protocol/ids.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { tellingOfLostRoster } from "../roster/lost-roster.ts";
import { describeLedgerPort } from "./port.contract.ts";
import { directLedgerPort } from "./port.ts";
import { openTerminalStore } from "./store.ts";
import { startWorkerLedger } from "./worker-port.ts";

const terminal = makeId(terminalId, systemRandom);
const terminalKey = Buffer.alloc(32).toString("base64");
const boot = { id: makeId(bootId, systemRandom), startedMs: 0 };

describeLedgerPort("a thread of its own, on a file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-port-"));
  const script = new URL("./worker.ts", import.meta.url);
  const open = () => startWorkerLedger({ path: join(folder, "a.db"), terminal, terminalKey, boot }, script);
  let ledger = await open();
  return {
    port: ledger.port,
    async reopen() {
      await ledger.cut();
      ledger = await open();
      return ledger.port;
    },
    async dispose() {
      await ledger.cut();
      rmSync(folder, { recursive: true });
    },
  };
});

describeLedgerPort("this thread, on a simulated disk", async () => {
  const disk = new SimulatedDisk();
  const volume = (await loadSqliteWasm()).mount(disk);
  const random = new SeededRandom(1);
  const open = () =>
    directLedgerPort(openTerminalStore(volume.open("a.db"), terminal, boot, random, new Uint8Array(32)));
  return {
    port: open(),
    reopen() {
      disk.cut(random);
      return Promise.resolve(open());
    },
    dispose: () => Promise.resolve(),
  };
});

describeLedgerPort("this thread, told of a lost roster", async () => {
  const disk = new SimulatedDisk();
  const volume = (await loadSqliteWasm()).mount(disk);
  const random = new SeededRandom(1);
  const open = () => {
    const store = openTerminalStore(volume.open("a.db"), terminal, boot, random, new Uint8Array(32));
    return tellingOfLostRoster(directLedgerPort(store), () => undefined);
  };
  return {
    port: open(),
    reopen() {
      disk.cut(random);
      return Promise.resolve(open());
    },
    dispose: () => Promise.resolve(),
  };
});
