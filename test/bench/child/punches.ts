import { dirname, basename } from "node:path";
import { folderVolume } from "../../../device/ledger/folder-volume.ts";
import { openKeptStore } from "../../../device/ledger/kept-store.ts";
import { ownStamp } from "../../../device/ledger/own-stamp.ts";
import type { Volume } from "../../../device/ledger/volume.ts";
import { generateTerminalKeyPair } from "../../../protocol/identity.ts";
import { bootId, makeId, personId, terminalId } from "../../../protocol/ids.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../../protocol/seams/clocks.ts";

/**
 * A process that only punches: `fsyncs FILE PUNCHES` for the kernel to count, `memory FILE PUNCHES` to report its memory before and
 * after. The kept store is that of a terminal.
 */
const [, , mode = "", path = "", count = "0"] = process.argv;
const boot = { id: makeId(bootId, systemRandom), startedMs: 0 };
const stamp = () => ownStamp(boot.id, systemScheduler, systemWallClock, systemRandom);
const folder = folderVolume(dirname(path));
/** A million punches that each wait for the card would take the better part of an hour, and need no other memory. */
const unsynced: Volume = {
  ...folder,
  open(name) {
    const driver = folder.open(name);
    return { ...driver, exec: (sql) => driver.exec(sql.replace("synchronous = FULL", "synchronous = OFF")) };
  },
};
const kept = openKeptStore({
  volume: mode === "memory" ? unsynced : folder,
  file: basename(path),
  terminal: makeId(terminalId, systemRandom),
  boot,
  random: systemRandom,
  terminalKey: new Uint8Array(32),
  privateKey: generateTerminalKeyPair().privateKey,
  stamp,
});
const people = Array.from({ length: 100 }, () => makeId(personId, systemRandom));
const ACKNOWLEDGED_EVERY = 500;
const WARM_UP = 20_000;

function punch(times: number, isSent: boolean): void {
  for (let index = 0; index < times; index += 1) {
    const { seq } = kept.store.record(
      {
        kind: "punch",
        person: people[index % people.length] ?? null,
        payload: { action: "in", auth: "personal", was: "out", again: false },
      },
      stamp(),
    );
    if (isSent && index % ACKNOWLEDGED_EVERY === 0) kept.store.acknowledge(seq);
  }
}

function residentBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

if (mode === "memory") {
  punch(WARM_UP, true);
  const beforeBytes = residentBytes();
  punch(Number(count), true);
  console.log(JSON.stringify({ beforeBytes, afterBytes: residentBytes() }));
} else punch(Number(count), false);
process.exit(0);
