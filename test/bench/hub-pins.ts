import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HUB_ACTOR } from "../../hub/access.ts";
import { exportAssignees } from "../../hub/kiosks/export.ts";
import { savePersonPin } from "../../hub/pins/person-pin.ts";
import { CodedError } from "../../protocol/errors.ts";
import { systemRandom, systemScheduler } from "../../protocol/seams/clocks.ts";
import { openHubWorld, until, type HubWorld } from "./hub-world.ts";
import type { Bench, Row } from "./row.ts";
import { calmest, median } from "./statistics.ts";

/** What PINs cost the hub when there are many people and terminals. */

const PEOPLE_QUICK = 1_000;
const PEOPLE_FULL = 10_000;
const TERMINALS_QUICK = 100;
const TERMINALS_FULL = 1_000;
const EXPORTED = 10_000;
const ROUNDS_QUICK = 3;
const ROUNDS_FULL = 9;

interface PinChange {
  readonly slowHashes: number;
  /** UTF-8, of the longest of all messages that told terminals. */
  readonly bytes: number;
  readonly lastToldMs: number;
}

async function measureChange(bench: Bench): Promise<PinChange> {
  const terminals = bench.repetitions(TERMINALS_QUICK, TERMINALS_FULL);
  const hub = await openHubWorld(bench, bench.repetitions(PEOPLE_QUICK, PEOPLE_FULL));
  const told: string[] = [];
  await hub.connect(terminals, (text) => void told.push(text));
  const [person] = hub.people;
  if (person === undefined) throw new RangeError("the kiosk has people");
  const before = hub.slowHashes();
  const beganMs = systemScheduler.nowMs();
  await savePersonPin(hub.context, HUB_ACTOR, person, "9173");
  await until(() => told.length >= terminals);
  const lastToldMs = systemScheduler.nowMs() - beganMs;
  if (told.length !== terminals || !told.every((text) => text.includes(person))) {
    throw new CodedError("bench.told", `${told.length} messages came where ${terminals} were due`);
  }
  return {
    slowHashes: hub.slowHashes() - before,
    bytes: Math.max(...told.map((text) => Buffer.byteLength(text))),
    lastToldMs,
  };
}

interface ExportRound {
  readonly exportMs: number;
  /** What the same PINs take to be opened, each sealed by itself, and the same bytes to be on disk. */
  readonly openMs: number;
  readonly writeMs: number;
}

/** The calmest of this share of rounds tell: see `calmest`. */
const CALM_SHARE = 0.5;

async function measureExport(bench: Bench): Promise<readonly ExportRound[]> {
  const hub = await openHubWorld(bench, EXPORTED);
  const folder = mkdtempSync(join(tmpdir(), "punchbox-bench-export-"));
  bench.atEnd(() => rmSync(folder, { recursive: true }));
  const open = sealedPins();
  const rounds: ExportRound[] = [];
  // One more, so that code is warm.
  for (let round = 0; round <= bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round += 1) {
    rounds.push(await exportRound(hub, folder, open));
  }
  return calmest(rounds.slice(1), CALM_SHARE, ({ exportMs, openMs }) => exportMs + openMs);
}

async function exportRound(hub: HubWorld, folder: string, open: () => void): Promise<ExportRound> {
  const beganMs = systemScheduler.nowMs();
  const { csv, assignees, unreadable } = await exportAssignees(hub.context, HUB_ACTOR, hub.kiosk);
  const exportedMs = systemScheduler.nowMs();
  if (assignees !== EXPORTED || unreadable !== 0) throw new RangeError("the export is not of everyone");
  open();
  const openedMs = systemScheduler.nowMs();
  const file = openSync(join(folder, "assignees.csv"), "w");
  writeSync(file, csv);
  fsyncSync(file);
  closeSync(file);
  return {
    exportMs: exportedMs - beganMs,
    openMs: openedMs - exportedMs,
    writeMs: systemScheduler.nowMs() - openedMs,
  };
}

/** As many PINs under AES-256-GCM, each with its own nonce and owner, by Node's own means; returns how to open them. */
function sealedPins(): () => void {
  const cipherName = "aes-256-gcm";
  const key = createSecretKey(systemRandom.bytes(32));
  const sealed = Array.from({ length: EXPORTED }, (_, index) => {
    const owner = `PIN of ${index}`;
    const nonce = systemRandom.bytes(12);
    const cipher = createCipheriv(cipherName, key, nonce);
    cipher.setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update("4821"), cipher.final()]);
    return { owner, nonce, text, tag: cipher.getAuthTag() };
  });
  return () => {
    for (const { owner, nonce, text, tag } of sealed) {
      const decipher = createDecipheriv(cipherName, key, nonce);
      decipher.setAAD(Buffer.from(owner));
      decipher.setAuthTag(tag);
      decipher.update(text);
      decipher.final();
    }
  };
}

const middle = async (bench: Bench, of: (round: ExportRound) => number): Promise<number> =>
  median((await bench.once(measureExport)).map(of));

const QUICK_WORLD = "in a quick run 1,000 people and 100 terminals";

export const hubPinRows: readonly Row[] = [
  {
    name: "pin.change-1000-terminals",
    unit: "bytes",
    limit: 400,
    against: `what each of 1,000 terminals is told of one new PIN of 10,000 people, whose person is in (a shift of the last 48 h adds 50); ${QUICK_WORLD}`,
    measure: async (bench) => (await bench.once(measureChange)).bytes,
  },
  {
    name: "pin.change-slow-hashes",
    unit: "hashes",
    limit: 1,
    against: `in all, for that change; ${QUICK_WORLD}`,
    measure: async (bench) => (await bench.once(measureChange)).slowHashes,
  },
  {
    name: "pin.change-last-told",
    unit: "ms",
    limit: null,
    against: `from Save to the last terminal, the slow hash included; for information; ${QUICK_WORLD}`,
    measure: async (bench) => (await bench.once(measureChange)).lastToldMs,
  },
  {
    name: "hub.export-10k",
    unit: "x",
    limit: 3,
    against: "opening 10,000 PINs, each sealed by itself, and writing the same bytes to a file on disk",
    measure: async (bench) =>
      (await middle(bench, ({ exportMs }) => exportMs)) /
      (await middle(bench, ({ openMs, writeMs }) => openMs + writeMs)),
  },
  {
    name: "hub.export-10k-bare",
    unit: "x",
    limit: null,
    against: "writing the same bytes alone: what it costs that PINs are sealed at rest; for information",
    measure: async (bench) =>
      (await middle(bench, ({ exportMs }) => exportMs)) / (await middle(bench, ({ writeMs }) => writeMs)),
  },
  {
    name: "hub.export-10k-ms",
    unit: "ms",
    limit: null,
    against: "for information",
    measure: (bench) => middle(bench, ({ exportMs }) => exportMs),
  },
];
