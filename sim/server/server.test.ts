import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { problemBody } from "../../hub/http/schemas.ts";
import { argon2Kdf } from "../../protocol/seams/argon2.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { makeLogger } from "../../protocol/seams/log.ts";
import type { PageAssets } from "../../systemd/bundle-page.ts";
import { ApiClient } from "../../test/start/api-client.ts";
import { eventually, PATIENCE_MS } from "../../test/start/polling.ts";
import { usualPlan } from "../wiring.ts";
import { Simulator, type SimulatorOptions } from "../simulator.ts";
import { cardsReply, MAX_KEYS_PER_REQUEST, ROUTES, screenReply, stateReply } from "./schemas.ts";
import { build, startServer, type SimulatorServer } from "./server.ts";

vi.setConfig({ testTimeout: 2 * PATIENCE_MS });

/** All parts real, in real time, in a folder of its own: only the page is small. */
const PAGE: PageAssets = new Map([["/", { type: "text/html; charset=utf-8", body: "<!doctype html>" }]]);

interface Bench {
  readonly simulator: Simulator;
  readonly server: SimulatorServer;
  readonly client: ApiClient;
  close(): Promise<void>;
}

async function start(options: Partial<SimulatorOptions> = {}): Promise<Bench> {
  const dataDir = mkdtempSync(join(tmpdir(), "punchbox-sim-"));
  const simulator = await Simulator.start({
    dataDir,
    hubPort: 0,
    plan: usualPlan(),
    night: null,
    dim: null,
    timeZone: "Europe/Zagreb",
    hubPage: PAGE,
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    kdf: argon2Kdf,
    software: "test",
    log: await makeLogger({ level: "silent", form: "json", colour: false }),
    ...options,
  });
  const server = await startServer(simulator, systemScheduler, PAGE, 0);
  const client = new ApiClient(server.url);
  await client.idle();
  return {
    simulator,
    server,
    client,
    async close() {
      await server.close();
      await simulator.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

let bench: Bench;
beforeAll(async () => void (bench = await start()), 2 * PATIENCE_MS);
afterAll(async () => {
  await bench.close();
});

const send = (method: string, path: string, body: unknown): Promise<Response> =>
  fetch(bench.server.url + path, {
    method,
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

async function problemOf(response: Response): Promise<z.infer<typeof problemBody>> {
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  return problemBody.parse(await response.json());
}

/** Presses as the screen's row 1 counts them while a name is being typed. */
const typed = (digits: string): RegExp => new RegExp(`^Name ${digits} `);

describe("the simulator's API", () => {
  test("answers what its schemas say, from the state down to the dots", async () => {
    const { client } = bench;
    expect(await client.state()).toMatchObject({
      power: true,
      network: true,
      hub: true,
      ledger: { events: 0 },
      violations: 0,
    });
    const screen = await client.screen();
    expect(screen.text).toHaveLength(4);
    expect(screen.pixels.map((row) => row.length)).toEqual([20, 20, 20, 20]);
    expect(screen).toMatchObject({ columns: 20, rows: 4, displayOn: true, backlight: true });
  });

  test("presses keys that clock a person in, is heard to, and the hub has the punch", async () => {
    const { client } = bench;
    const before = (await client.sounds()).at(-1)?.number ?? 0;
    await client.press("10387306");
    await client.see(/^IN /, /^Jan Novák$/);
    const heard = await eventually(
      "the sound",
      () => client.sounds(before),
      (sounds) => sounds.some((each) => each.sound === "in"),
    );
    expect(heard.filter((each) => each.sound === "key").length).toBeGreaterThan(0);
    await client.sent();
    expect(await client.punches()).toMatchObject([{ action: "in", auth: "personal", seq: 1 }]);
    expect(await client.peopleIn()).toEqual(["Jan Novák"]);
    await client.idle();
  });

  test("answers a press when the key is up again, and the key is taken when it goes down", async () => {
    const { client } = bench;
    let isUp = false;
    await client.press("*");
    const pressed = send("POST", "api/v1/keys", { keys: [{ key: "5", holdMs: 2_000, gapMs: 0 }] });
    const up = pressed.then((response) => {
      isUp = true;
      return response.status;
    });
    await client.see(typed("5"));
    expect(isUp).toBe(false);
    expect(await up).toBe(204);
    await client.see(typed("5"));
    await client.press("**");
    await client.idle();
  });

  test("presses what several programs send one after the other, gaps included", async () => {
    const { client } = bench;
    await client.press("*");
    await Promise.all(
      ["2", "6", "2"].map((key) => send("POST", "api/v1/keys", { keys: [{ key, holdMs: 60, gapMs: 60 }] })),
    );
    await client.see(typed("(262|226|622)"));
    await client.press("****");
    await client.idle();
  });

  test("takes every key even when its process stalls again and again", async () => {
    const { client } = bench;
    let isOver = false;
    const stall = (): void => {
      const endMs = systemScheduler.nowMs() + 90;
      while (systemScheduler.nowMs() < endMs);
      if (!isOver) setTimeout(stall, 5);
    };
    stall();
    await client.press("*526");
    for (const closed of [true, false]) await send("PUT", "api/v1/keys", { key: "2", closed });
    isOver = true;
    await client.see(typed("5262"));
    await client.press("*****");
    await client.idle();
  });

  test("keeps a finger on a key until it is taken off, and counts it once", async () => {
    const { client } = bench;
    await client.press("*");
    expect((await send("PUT", "api/v1/keys", { key: "5", closed: true })).status).toBe(204);
    await client.see(typed("5"));
    expect((await send("PUT", "api/v1/keys", { key: "5", closed: false })).status).toBe(204);
    await client.press("26");
    await client.see(typed("526"));
    await client.press("****");
    await client.idle();
  });

  test("has every route in its schema document, and no other", async () => {
    const document = z
      .strictObject({
        routes: z.array(z.looseObject({ method: z.string(), path: z.string(), does: z.string().min(5) })),
      })
      .parse(await (await fetch(`${bench.server.url}api/v1/schema`)).json());
    expect(document.routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
      ROUTES.map(({ method, path }) => `${method} ${path}`),
    );
    const press = document.routes.find((route) => route.method === "POST" && route.path === "/api/v1/keys");
    expect(press?.["body"]).toMatchObject({ type: "object", required: ["keys"] });

    const app = build(bench.simulator, systemScheduler, PAGE, () => 0);
    await app.ready();
    const served = ["GET", "POST", "PUT", "DELETE", "PATCH"].flatMap((method) =>
      ["state", "screen", "sounds", "keys", "keys/5", "cards", "switches/:part", "live", "schema"]
        .filter((path) => app.hasRoute({ method, url: `/api/v1/${path}` }))
        .map((path) => `${method} /api/v1/${path}`),
    );
    await app.close();
    expect(served.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  });
});

describe("a card held to the reader", () => {
  const hold = (card: string): Promise<Response> => send("POST", "api/v1/cards", { card });

  test("selects its person, who still types a PIN", async () => {
    const { client } = bench;
    const { cards } = cardsReply.parse(await (await fetch(`${bench.server.url}api/v1/cards`)).json());
    const [ana] = cards;
    expect(ana).toMatchObject({ name: "Ana Kovač" });
    expect((await hold(ana?.card ?? "")).status).toBe(204);
    await client.see(/^Ana Kovač/, /^PIN ____/);
    await client.press("*");
    await client.idle();
  });

  test("that nobody has is said so, and nothing is recorded", async () => {
    const { client } = bench;
    const before = await client.state();
    await hold("FFFFFFFFFF");
    await client.see(/^Card not known/);
    await client.idle();
    expect((await client.state()).ledger).toEqual(before.ledger);
    expect((await client.screen()).lights).toEqual({ green: false, red: false });
  });
});

describe("live events", () => {
  test("bring the screen and the state at once, then each sound and each change", async () => {
    const { client } = bench;
    const events = await listenLive();
    expect(screenReply.parse(await events.next("screen")).text).toHaveLength(4);
    expect(stateReply.parse(await events.next("state")).network).toBe(true);
    await client.switch("network", false);
    expect(stateReply.parse(await events.next("state", (data) => !stateReply.parse(data).network)).hub).toBe(
      true,
    );
    await client.press("*");
    expect(await events.next("sound")).toMatchObject({ sound: "key" });
    await client.press("*");
    await client.switch("network", true);
    await events.next("state", (data) => stateReply.parse(data).network);
    await events.close();
    await client.idle();
  });
});

interface LiveEvents {
  /** The next event of this name whose data is wanted. */
  next(name: string, isWanted?: (data: unknown) => boolean): Promise<unknown>;
  close(): Promise<void>;
}

async function listenLive(): Promise<LiveEvents> {
  const response = await fetch(`${bench.server.url}api/v1/live`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error("the stream has no body");
  const waiting: { readonly name: string; readonly data: unknown }[] = [];
  let text = "";
  return {
    async next(name, isWanted = () => true) {
      for (;;) {
        for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
          if (event.name === name && isWanted(event.data)) return event.data;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended before ${name}`);
        text += value;
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
          if (event !== undefined && data !== undefined)
            waiting.push({ name: event, data: JSON.parse(data) });
        }
      }
    },
    close: () => reader.cancel(),
  };
}

describe("what is refused", () => {
  const key = (name: string): unknown => ({ key: name, holdMs: 1, gapMs: 1 });
  test.each([
    ["an unknown key", "POST", "keys", { keys: [key("E")] }, 400],
    ["no keys", "POST", "keys", { keys: [] }, 400],
    ["65 keys", "POST", "keys", { keys: Array(MAX_KEYS_PER_REQUEST + 1).fill(key("1")) }, 400],
    ["an unknown field", "POST", "keys", { keys: [key("1")], "4821": true }, 400],
    ["an unknown field of a key", "POST", "keys", { keys: [{ key: "1", force: 3 }] }, 400],
    ["a hold of more than a minute", "POST", "keys", { keys: [{ key: "1", holdMs: 60_001 }] }, 400],
    ["a negative gap", "POST", "keys", { keys: [{ key: "1", gapMs: -1 }] }, 400],
    ["something that is not JSON", "POST", "keys", '{"keys":', 400],
    ["an oversized body", "POST", "keys", { keys: "1".repeat(20_000) }, 413],
    ["a contact without a side", "PUT", "keys", { key: "1" }, 400],
    ["a contact of an unknown key", "PUT", "keys", { key: "11", closed: true }, 400],
    ["a card that no card can be", "POST", "cards", { card: "4821-4821" }, 400],
    ["an unknown part", "PUT", "switches/heating", { on: true }, 400],
    ["a part that is half on", "PUT", "switches/hub", { on: "half" }, 400],
    ["a path that cannot be decoded", "PUT", "switches/%", { on: true }, 400],
    ["a method that a path has not", "DELETE", "keys", {}, 404],
    ["an address where there is nothing", "POST", "nothing", {}, 404],
  ])("%s, with a code and a sentence", async (_what, method, path, body, status) => {
    const problem = await problemOf(await send(method, `api/v1/${path}`, body));
    expect(problem.status).toBe(status);
    expect(problem.code).toMatch(/^(request|sim)\.[a-z-]+$/);
    expect(problem.detail.length).toBeGreaterThan(10);
    expect(problem.detail).not.toContain("4821");
  });

  test.each(["-1", "x", "1.5", "1e99", "0x10", "NaN", " "])("sounds after %j", async (after) => {
    const response = await fetch(`${bench.server.url}api/v1/sounds?after=${encodeURIComponent(after)}`);
    expect(await problemOf(response)).toMatchObject({ status: 400, code: "request.malformed" });
  });

  test("a body of another type", async () => {
    const response = await fetch(`${bench.server.url}api/v1/keys`, {
      method: "POST",
      headers: { "content-type": "application/xml" },
      body: "<keys/>",
    });
    expect((await problemOf(response)).status).toBe(415);
  });

  test("a name that was rebound to this machine, on every route", async () => {
    for (const { method, path } of ROUTES) {
      expect(await answerTo(method, path, { host: "evil.example" })).toMatchObject({ code: "request.host" });
    }
  });

  test("a page of another site, on every route", async () => {
    for (const { method, path } of ROUTES) {
      const origin = "https://evil.example";
      expect(await answerTo(method, path, { origin })).toMatchObject({ status: 403, code: "request.origin" });
    }
  });

  test("a press in the queue behind sixteen others, which are all pressed", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        send("POST", "api/v1/keys", { keys: [{ key: "*", holdMs: 40, gapMs: 40 }] }),
      ),
    );
    const refused = answers.filter((answer) => answer.status !== 204);
    expect(refused).toHaveLength(4);
    for (const answer of refused) expect(await problemOf(answer)).toMatchObject({ code: "sim.busy" });
    await bench.client.idle();
  });
});

/** fetch sets Host and Origin itself; this does not. */
function answerTo(method: string, path: string, headers: Record<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, bench.server.url), { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve(JSON.parse(text)));
    });
    request.on("error", reject);
    request.end();
  });
}

describe("whatever is sent", () => {
  /** Things a route takes, bent here and there, beside plain nonsense. */
  const bent = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        keys: fc.oneof(
          fc.jsonValue(),
          fc.array(
            fc.record(
              {
                key: fc.constantFrom("1", "5", "*", "#", "A", "E", "", "11", 5, null),
                holdMs: fc.constantFrom(0, 1, 5, -1, 0.5, 60_001, "1", null),
                gapMs: fc.constantFrom(0, 1, 5, -1, 0.5, 60_001, "1", null),
                more: fc.jsonValue(),
              },
              { requiredKeys: ["holdMs", "gapMs"] },
            ),
            { maxLength: 4 },
          ),
        ),
        key: fc.constantFrom("1", "#", "E", 7, null),
        closed: fc.oneof(fc.boolean(), fc.jsonValue()),
        on: fc.jsonValue().filter((value) => typeof value !== "boolean"),
      },
      { requiredKeys: [] },
    ),
  );
  // Live answers for ever, and is tested above.
  const routes = ROUTES.filter(({ path }) => path !== "/api/v1/live");

  test("no route answers that the server is at fault", async () => {
    const app = build(bench.simulator, systemScheduler, PAGE, () => 80);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        bent,
        fc.constantFrom("power", "network", "hub", "", "%", "..", "hub?on=1"),
        fc.string({ maxLength: 20 }),
        async ({ method, path }, body, part, query) => {
          const url = `${path.replace(":part", part)}?after=${encodeURIComponent(query)}`;
          const payload = JSON.stringify(body);
          const headers = { host: "127.0.0.1:80", "content-type": "application/json" };
          const hasBody = method !== "GET";
          const answer = await app.inject({ method, url, headers, ...(hasBody ? { payload } : {}) });
          expect(answer.statusCode).toBeLessThan(500);
          if (answer.statusCode >= 400) problemBody.parse(answer.json());
        },
      ),
      { numRuns: 300 },
    );
    await app.close();
    expect((await bench.client.state()).violations).toBe(0);
  });
});

describe("the smallest terminal, 16x2 with a 4x3 keypad on I2C", () => {
  test("has twelve keys, refuses the others, and clocks people in and out", async () => {
    const small = await start({
      plan: usualPlan({ display: { columns: 16, rows: 2 }, keypad: "4x3", displayBus: "i2c" }),
    });
    try {
      expect((await small.client.state()).keypad.flat()).toHaveLength(12);
      for (const body of [{ keys: [{ key: "A" }] }, { key: "A", closed: true }]) {
        const response = await fetch(`${small.server.url}api/v1/keys`, {
          method: "keys" in body ? "POST" : "PUT",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        expect(await problemOf(response)).toMatchObject({ status: 400, code: "sim.key" });
      }
      await small.client.press("10014821");
      await small.client.see(/^IN /, /^Ana Kovač +0:00$/);
      await small.client.sent();
      expect(await small.client.peopleIn()).toEqual(["Ana Kovač"]);
      expect((await small.client.state()).violations).toBe(0);
    } finally {
      await small.close();
    }
  });
});
