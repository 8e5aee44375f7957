import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadIdentity, saveIdentity, type Identity } from "../../device/config/identity.ts";
import { folderVolume } from "../../device/ledger/folder-volume.ts";
import { openKeptStore } from "../../device/ledger/kept-store.ts";
import { ownStamp } from "../../device/ledger/own-stamp.ts";
import { openHub } from "../../hub/start.ts";
import { CodedError } from "../../protocol/errors.ts";
import { bootId, makeId, terminalId } from "../../protocol/ids.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { KDF_BYTES } from "../../protocol/seams.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import type { DiskFault, LossyDisk } from "./host/lossy-disk.ts";

/**
 * First starts whose every write and sync fails in turn: each either works or says why with a code, and after the power cut that
 * follows the next start works.
 */

const EIO = 5;
/** A first start needs some hundred writes; one that needs so many never ends. */
const MAX_FAULTS = 2_000;

/** One way of starting from nothing in a folder. */
export interface FirstStart {
  readonly name: string;
  /** Of so many writes in a row one fails, another each run; where failing each would take minutes. */
  readonly everyNthWrite: number;
  /** Starts, and closes again; rejects with a coded error when it cannot. */
  readonly start: (folder: string) => Promise<void>;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const FIRST_STARTS: readonly FirstStart[] = [
  {
    name: "terminal's ledger",
    everyNthWrite: 1,
    async start(folder) {
      const boot = { id: makeId(bootId, systemRandom), startedMs: 0 };
      const { privateKey } = generateTerminalKeyPair();
      const { store } = openKeptStore({
        volume: folderVolume(folder),
        file: "ledger.db",
        terminal: TERMINAL,
        boot,
        random: systemRandom,
        terminalKey: TERMINAL_KEY,
        privateKey,
        stamp: () => ownStamp(boot.id, systemScheduler, systemWallClock, systemRandom),
      });
      store.close();
    },
  },
  {
    name: "terminal's identity",
    everyNthWrite: 1,
    async start(folder) {
      const before = loadIdentity(folder);
      const after: Identity = { ...generateTerminalKeyPair(), paired: before.paired };
      saveIdentity(folder, after);
      if (loadIdentity(folder).publicKey !== after.publicKey) throw new Error("another identity was saved");
    },
  },
  {
    name: "hub",
    everyNthWrite: 12,
    async start(folder) {
      const hub = await openHub({
        data: { dataDir: folder },
        timeZone: "Europe/Zagreb",
        firstStart: "empty",
        scheduler: systemScheduler,
        wallClock: systemWallClock,
        random: systemRandom,
        kdf: hmacKdf,
        logger: silent,
      });
      await hub.close();
    },
  },
];

const TERMINAL = makeId(terminalId, systemRandom);
const TERMINAL_KEY = systemRandom.bytes(KDF_BYTES);

export interface FirstStartResult {
  readonly faults: number;
  readonly troubles: readonly string[];
}

/** Writes or syncs of a first start fail in turn, each time on a folder of its own; the seed picks those where not all do. */
export async function runFirstStarts(
  disk: LossyDisk,
  { name, everyNthWrite, start }: FirstStart,
  fault: DiskFault,
  seed: number,
): Promise<FirstStartResult> {
  const troubles: string[] = [];
  const every = fault === "write" ? everyNthWrite : 1;
  let faults = 0;
  for (let nth = 1 + (seed % every); nth <= MAX_FAULTS; nth += every) {
    const folder = join(disk.folder, `${name.replace(/\W+/g, "-")}-${fault}-${nth}`);
    mkdirSync(folder, { mode: 0o700 });
    const before = disk.counts();
    disk.failNext(fault, nth, EIO);
    const failure = await failureOf(() => start(folder));
    const after = disk.counts();
    disk.failNext(fault, 0, EIO);
    const wasNeeded =
      fault === "sync" ? after.syncs - before.syncs >= nth : after.writes - before.writes >= nth;
    if (failure !== null && failure.code === null) {
      troubles.push(`${name}: ${fault} ${nth} ended it without a code: ${failure.message}`);
    }
    if (failure !== null && !wasNeeded) troubles.push(`${name}: could not start: ${failure.message}`);
    disk.cut(nth);
    const again = await failureOf(() => start(folder));
    if (again !== null) {
      troubles.push(`${name}: after ${fault} ${nth} failed, the next start fails: ${again.message}`);
    }
    if (wasNeeded) faults += 1;
    if (!wasNeeded || troubles.length > 0) return { faults, troubles };
  }
  return { faults, troubles: [`${name}: needs more than ${MAX_FAULTS} of ${fault}`] };
}

interface Failure {
  /** Null for an error that is none of ours. */
  readonly code: string | null;
  readonly message: string;
}

async function failureOf(run: () => Promise<void>): Promise<Failure | null> {
  try {
    await run();
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : "an error that is no Error";
    return { code: error instanceof CodedError ? error.code : null, message };
  }
}
