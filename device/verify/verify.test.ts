import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeEvent, eventHash, receiptCode } from "../../protocol/chain.ts";
import { eventEnvelope } from "../../protocol/events.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { saveIdentity } from "../config/identity.ts";
import { folderVolume } from "../ledger/folder-volume.ts";
import {
  addPeople,
  ana,
  finishChores,
  keys,
  openOn,
  punch,
  stamp,
  terminal,
  work,
} from "../ledger/testing/shop.ts";
import { ledgerFile } from "../ledger/worker-port.ts";
import { ExportChecker, type CheckOptions, type ExportReport } from "./check-export.ts";
import { exportCommand, verifyCommand } from "./command.ts";
import { exportLine } from "../../protocol/export-format.ts";

let folder: string;
let file: string;
/** An export of a ledger of which one event could not be read, and of the one that it was recovered into. */
let lines: string[];
let texts: readonly string[];
let receipt: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "punchbox-verify-"));
  file = join(folder, "export.ndjson");
  saveIdentity(folder, { ...keys, paired: { terminal, terminalKey: Buffer.alloc(32).toString("base64") } });
  const { store } = openOn(folderVolume(folder), { file: ledgerFile(terminal) });
  addPeople(store);
  texts = work(store, 130);
  receipt = store.record(punch(ana, "in"), stamp()).receipt;
  store.acknowledge(40);
  store.close();
  lines = exported();
  writeFileSync(file, `${lines.join("\n")}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

function exported(): string[] {
  const written: string[] = [];
  exportCommand(folder, (line) => written.push(line));
  return written;
}

function check(some: readonly string[], options: Partial<CheckOptions> = {}): ExportReport {
  const checker = new ExportChecker({ receipt: null, publicKey: null, ...options });
  for (const line of some) checker.line(line);
  return checker.report();
}

const whatOf = ({ findings }: ExportReport): string[] => findings.map(({ what }) => what);
const isEvent = (line: string): boolean => line.startsWith('{"type":"event"');

describe("an export of a ledger", () => {
  test("is good as it was written: all events, signed to the last", () => {
    const report = check(lines);
    expect(report).toMatchObject({ isGood: true, events: 131, findings: [] });
    expect(report.stores).toMatchObject([
      { terminal, firstSeq: 1, lastSeq: 131, signatures: 3, signedSeq: 131 },
    ]);
    expect(lines.filter(isEvent).map((line) => exportLine.parse(JSON.parse(line)))[7]).toEqual({
      type: "event",
      text: texts[7],
    });
  });

  test("is not good, or no export any more, after any character of it was changed", () => {
    const text = lines.join("\n");
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length - 1 }),
        fc.constantFrom("0", "a", "}", '"'),
        (at, other) => {
          fc.pre(text[at] !== other && text[at] !== "\n");
          const changed = text.slice(0, at) + other + text.slice(at + 1);
          let isGood: boolean;
          try {
            ({ isGood } = check(changed.split("\n")));
          } catch {
            isGood = false;
          }
          // Of base 64, the last character before the padding has bits that say nothing.
          fc.pre(!(isGood && text[at + 1] === "="));
          expect(isGood).toBe(false);
        },
      ),
      { numRuns: 300, seed: 3 },
    );
  });

  test("without some of its lines says what is missing", () => {
    const gap = lines.filter((_line, index) => index !== 50);
    expect(whatOf(check(gap))).toContain("gap");
    const headless = lines.filter((line) => !line.startsWith('{"type":"head"'));
    expect(whatOf(check(headless))).toContain("unsigned");
    expect(whatOf(check(lines.slice(0, -1)))).toEqual(["end"]);
    expect(() => check([])).toThrow(expect.objectContaining({ code: "export.malformed" }));
    expect(() => check(lines.slice(1))).toThrow("line 1");
  });

  test("in which an event was written anew, with all hashes after it, is betrayed by the signatures", () => {
    let previous = "0".repeat(64);
    const forged = lines.map((line) => {
      if (!isEvent(line)) return line;
      const parsed = exportLine.parse(JSON.parse(line));
      const event = eventEnvelope.parse(JSON.parse(parsed.type === "event" ? parsed.text : ""));
      const wallMs = event.seq === 20 ? event.wallMs - 3_600_000 : event.wallMs;
      const text = encodeEvent({ ...event, wallMs, previous });
      previous = eventHash(text);
      return JSON.stringify({ type: "event", text });
    });
    const report = check(forged);
    expect(whatOf(report)).toEqual(["signature", "signature", "signature", "unsigned"]);
  });

  test("of another terminal's key is not good for who knows the right one", () => {
    expect(check(lines, { publicKey: keys.publicKey }).isGood).toBe(true);
    expect(check(lines, { publicKey: generateTerminalKeyPair().publicKey }).isGood).toBe(false);
  });

  test("with another event under a used number is a fork; the same event twice is not", () => {
    const at = lines.findIndex(isEvent) + 9;
    const twice = [...lines.slice(0, at + 1), lines[at] ?? "", ...lines.slice(at + 1)];
    expect(whatOf(check(twice))).toEqual(["end"]);
    const parsed = exportLine.parse(JSON.parse(lines[at] ?? ""));
    const event = eventEnvelope.parse(JSON.parse(parsed.type === "event" ? parsed.text : ""));
    const other = JSON.stringify({
      type: "event",
      text: encodeEvent({ ...event, wallMs: event.wallMs + 1 }),
    });
    expect(whatOf(check([...lines.slice(0, at + 1), other, ...lines.slice(at + 1)]))).toContain("fork");
  });

  test("may hold several terminals and stores; events of a store that was not named are refused", () => {
    const stranger = texts.map((text) => ({
      type: "event",
      text: text.replaceAll(terminal, "z".repeat(16)),
    }));
    expect(() => check([...lines.slice(0, 3), JSON.stringify(stranger[0])])).toThrow(
      "line 4: a store's line comes before",
    );
    const damaged = mkdtempSync(join(tmpdir(), "punchbox-verify-"));
    const path = join(damaged, ledgerFile(terminal));
    saveIdentity(damaged, {
      ...keys,
      paired: { terminal, terminalKey: Buffer.alloc(32).toString("base64") },
    });
    const bytes = readFileSync(join(folder, ledgerFile(terminal)));
    bytes[bytes.indexOf(eventHash(texts[9] ?? "") + (texts[9] ?? "")) + 300] = 7;
    writeFileSync(path, bytes);
    const kept = openOn(folderVolume(damaged), { file: ledgerFile(terminal) });
    finishChores(kept);
    kept.store.close();
    const both: string[] = [];
    exportCommand(damaged, (line) => both.push(line));
    const report = check(both);
    expect(report.stores).toMatchObject([
      { events: 130, lastSeq: 131, signedSeq: 131 },
      { events: 1, lastSeq: 1, signedSeq: 1 },
    ]);
    expect(report.findings).toMatchObject([{ what: "gap", seq: 11, detail: "events 10 to 10 are missing" }]);
    rmSync(damaged, { recursive: true });
  });
});

describe("punchbox verify", () => {
  test("says what is good, and finds the event of a receipt however it was typed", async () => {
    const { text, exitCode } = await verifyCommand(file, {
      receipt: `${receipt.slice(0, 4)}-${receipt.slice(4)}`.toUpperCase(),
    });
    expect(exitCode).toBe(0);
    expect(text).toContain(`event 131 of terminal ${terminal}: punch {"action":"in"`);
    expect(text).toContain("signed");
    expect(text).toContain("good: 131 events");
    expect((await verifyCommand(file, { receipt: receiptCode("0".repeat(64)) })).exitCode).toBe(1);
  });

  test("has its exit codes: 1 for what is wrong, 2 for what is no export", async () => {
    const wrong = join(folder, "wrong.ndjson");
    writeFileSync(wrong, lines.filter((_line, index) => index !== 9).join("\n"));
    const { text, exitCode } = await verifyCommand(wrong, {});
    expect(exitCode).toBe(1);
    expect(text).toContain("GAP");
    appendFileSync(wrong, "\nnonsense\n");
    expect(await verifyCommand(wrong, {})).toMatchObject({ exitCode: 2 });
    const missing = await verifyCommand(join(folder, "none.ndjson"), { json: true });
    expect(missing.exitCode).toBe(2);
    expect(JSON.parse(missing.text)).toMatchObject({ isGood: false, code: "ENOENT" });
  });

  test("and export are what docs/ledger.md says, run as it says", { timeout: 60_000 }, () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const page = readFileSync(join(root, "docs/ledger.md"), "utf8");
    const [, script = ""] = /```sh\n([^]*?)```/.exec(page) ?? [];
    const commands = script.split("\n").filter((line) => line.startsWith("punchbox "));
    expect(commands).toHaveLength(3);
    const told = commands.map((command) =>
      execFileSync(
        "sh",
        [
          "-c",
          command
            .replace("punchbox", `"${process.execPath}" "${join(root, "device/cli.ts")}"`)
            .replace("/var/lib/punchbox", folder)
            .replace("7k2m9q4x", receipt),
        ],
        { cwd: folder, encoding: "utf8" },
      ),
    );
    expect(told[1]).toContain("good: 131 events");
    expect(told[2]).toContain(`receipt ${receipt}: event 131`);
  });
});
