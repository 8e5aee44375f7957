import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import type { SqlRow } from "../../protocol/seams.ts";
import { eventually, PATIENCE_MS } from "../start/polling.ts";
import {
  makeFolder,
  startSimulator,
  type Ended,
  type FolderForTests,
  type RunningSimulator,
} from "../start/simulator-process.ts";
import { demoSession } from "../start/api-client.ts";
import { findInBytes, findInJson, findInLines, findInText, type Secrets } from "./search.ts";

/**
 * PINs and keys have no path to a log, a file, a database, a URL or an answer: the whole walk at the lowest log level,
 * and then everything that it left is searched. How, and why that neither misses nor imagines, is in search.ts.
 */

const JAN = { number: "1038", pin: "7306" };
const JANA = { number: "1177", pin: "2958" };
const OWNER = { number: "1001", pin: "4821" };
const UNIVERSAL_PIN = "8062";
const WRONG_PINS = ["9046", "5093", "6370"] as const;

const SECRETS: Secrets = {
  pins: [JAN.pin, JANA.pin, OWNER.pin, UNIVERSAL_PIN, ...WRONG_PINS],
  typed: [
    JAN.number + JAN.pin,
    JAN.number + WRONG_PINS[0],
    `1302${UNIVERSAL_PIN}`,
    OWNER.number + UNIVERSAL_PIN,
    OWNER.number + OWNER.pin,
    `1519${WRONG_PINS[1]}`,
    `${WRONG_PINS[1]}${WRONG_PINS[2]}`,
  ],
};

const SIMULATOR_ROUTES = ["state", "screen", "sounds", "schema"];
const HUB_ROUTES = [
  "access",
  "sessions",
  "audit",
  "workspace",
  "workspace/settings",
  "people",
  "kiosks",
  "presence",
  "punches",
  "terminals",
  "requests",
  "mail",
];
const WALK_LIMIT_MS = 8 * PATIENCE_MS;

/** Collects every answer of both APIs, as text. */
class Answers {
  readonly texts: string[] = [];
  readonly #running: RunningSimulator;
  readonly #session: Promise<string>;

  constructor(running: RunningSimulator) {
    this.#running = running;
    this.#session = demoSession(running.hubUrl);
  }

  async collect(): Promise<void> {
    const { url, hubUrl } = this.#running;
    const cookie = await this.#session;
    const addresses = [
      ...SIMULATOR_ROUTES.map((route) => `${url}api/v1/${route}`),
      ...HUB_ROUTES.map((route) => `${hubUrl}api/v1/${route}`),
      // What is refused must not be repeated either.
      `${url}api/v1/sounds?after=${JAN.pin}x`,
      `${url}api/v1/${JAN.pin}`,
      `${hubUrl}api/v1/people?pin=${JAN.pin}`,
      `${hubUrl}api/v1/%${JAN.pin}%`,
    ];
    for (const address of addresses) {
      this.texts.push(await (await fetch(address, { headers: { cookie } })).text());
    }
    const refused = await fetch(`${url}api/v1/keys`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ keys: Array.from(JAN.pin), pin: JAN.pin }),
    });
    this.texts.push(await refused.text());
  }

  /** Follows a stream of server-sent events until it ends. */
  async follow(address: string): Promise<void> {
    const headers = { cookie: await this.#session };
    const stream = (await fetch(address, { headers })).body?.pipeThrough(new TextDecoderStream()) ?? [];
    let text = "";
    try {
      for await (const part of stream) text += part;
    } catch {
      // The process was killed at the end of the walk.
    }
    for (const [, data = ""] of text.matchAll(/^data: (.*)$/gm)) this.texts.push(data);
  }
}

async function walk(running: RunningSimulator, answers: Answers): Promise<void> {
  const { client } = running;
  const step = async (keys: string, ...seen: readonly RegExp[]): Promise<void> => {
    await client.press(keys);
    await client.see(...seen);
    await answers.collect();
  };
  await client.press(JAN.number);
  await step(JAN.pin.slice(0, 2), /^PIN ../);
  await step("**", /^PIN __/);
  await step(WRONG_PINS[0], /^WRONG PIN/);
  await step(JAN.pin, /^IN /, /^Jan Novák/);
  const { events } = (await client.state()).ledger ?? { events: 0 };
  await eventually(
    "the undo",
    async () => {
      // Ignored for the first 0.6 s.
      await client.press("*");
      return (await client.state()).ledger?.events;
    },
    (now) => now === events + 1,
  );
  await answers.collect();
  await client.idle();
  await step(`1302${UNIVERSAL_PIN}`, /^IN /, /^Janko Novak/);
  await step(OWNER.number + UNIVERSAL_PIN, /^WRONG PIN/);
  await step(OWNER.pin, /^IN /, /^Ana Kovač/);
  await step("1455", /^Łukasz/);
  await step("#", /^Forgot your PIN/);
  await step("#", /^Your admins are told/);
  await client.idle();
  await step("*526", /^Name 526/);
  await step("#", /2 Jana Novak/);
  await step("2", /^Jana Novak/);
  await step(JANA.pin, /^IN /, /^Jana Novak/);
  await client.idle();
  await step(`1519${WRONG_PINS[1]}${WRONG_PINS[2]}`, /^WRONG PIN/);
  await client.switch("hub", false);
  await client.switch("power", false);
  await client.switch("power", true);
  await client.switch("hub", true);
  await client.idle();
  await step(JAN.number + JAN.pin, /^IN |already/);
  await client.sent();
  await answers.collect();
}

let folder: FolderForTests;
let ended: Ended;
let answers: Answers;
beforeAll(async () => {
  folder = makeFolder();
  const running = await startSimulator(folder.path, "--log-level", "trace");
  answers = new Answers(running);
  const streams = [running.url, running.hubUrl].map((url) => answers.follow(`${url}api/v1/live`));
  await walk(running, answers);
  // Killed, so that databases keep what was written ahead.
  ended = await running.process.stop("SIGKILL");
  await Promise.all(streams);
}, WALK_LIMIT_MS);
afterAll(() => folder.remove());

const files = (): string[] =>
  readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

function rowsOf(path: string): SqlRow[] {
  const database = openBetterSqlite3(path);
  try {
    return database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all([])
      .flatMap(({ name }) => database.prepare(`SELECT * FROM "${String(name)}"`).all([]));
  } finally {
    database.close();
  }
}

describe("after the whole walk, no PIN and no run of keys is", () => {
  test("in any line of the log, nor spread over its lines", () => {
    const lines = ended.stderr.split("\n").filter((line) => line !== "");
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.some((line) => line.includes("hub link up"))).toBe(true);
    expect(findInLines(lines, SECRETS)).toEqual([]);
  });

  test("in what was printed, but for the demo's PINs, each once", () => {
    const [, demo = ""] = ended.stdout.split("A demo workspace was made");
    for (const pin of [JAN.pin, OWNER.pin]) expect(demo.split(pin)).toHaveLength(2);
    const printed = ended.stdout.replaceAll(/^ {2}\d{4} {4}\d{4} .*$|^ {2}Universal PIN \d{4}/gm, "");
    expect(findInText(printed, SECRETS)).toEqual([]);
  });

  test("in any answer of the two APIs, nor in their live events", () => {
    expect(answers.texts.length).toBeGreaterThan(200);
    expect(answers.texts.some((text) => text.includes("WRONG PIN"))).toBe(true);
    expect(answers.texts.filter((text) => findInJson(parsed(text), SECRETS).length > 0)).toEqual([]);
  });

  test("in any file's bytes", () => {
    const names = files().map((path) => path.slice(folder.path.length + 1));
    expect(names).toContain("hub/hub.db-wal");
    expect(names).toContain("terminal/identity.json");
    expect(names.filter((name) => name.endsWith("-wal"))).toHaveLength(2);
    expect(files().filter((path) => findInBytes(readFileSync(path), SECRETS).length > 0)).toEqual([]);
  });

  test("in any value of the databases, events and what they hold included", () => {
    const databases = files().filter((path) => path.endsWith(".db"));
    expect(databases).toHaveLength(2);
    for (const path of databases) {
      const rows = rowsOf(path);
      // The terminal's roster is sealed, the hub's people are not.
      expect(JSON.stringify(rows).includes("Ana Kovač")).toBe(path.endsWith("hub.db"));
      expect(rows.filter((row) => findInRow(row).length > 0)).toEqual([]);
    }
  });
});

function findInRow(row: SqlRow): string[] {
  return Object.entries(row).flatMap(([column, value]) => {
    if (value instanceof Uint8Array) return findInBytes(value, SECRETS);
    // A column of instants says so by its unit, in SQL's spelling.
    if (typeof value === "number" && column.endsWith("_ms")) return [];
    return findInJson(typeof value === "bigint" ? String(value) : value, SECRETS, column);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
