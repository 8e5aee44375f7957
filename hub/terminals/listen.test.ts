import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import { webSocketLink } from "../../protocol/seams/ws-link.ts";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { startHub, type RunningHub } from "../start.ts";
import type { LogLine } from "../testing/hub.ts";
import type { LogFields } from "../log.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { testWallClock } from "../testing/wall-clock.ts";
import { TestTerminal } from "../testing/terminal.ts";
import { demoSession } from "../../test/start/api-client.ts";
import { TerminalSession } from "../session/session.ts";
import { createClaimToken } from "./claims.ts";
import { listenForTerminals } from "./listen.ts";

/** Real sockets on the loopback: what no simulated wire can be wrong about. */

let hub: RunningHub;
let log: LogLine[];
let neighbour: TestTerminal;
let neighbourSocket: WebSocket;

beforeEach(async () => {
  log = [];
  const write =
    (level: string) =>
    (fields: LogFields, message: string): void =>
      void log.push({ ...fields, level, message });
  hub = await startHub({
    data: { driver: openBetterSqlite3(":memory:"), hubKey: new Uint8Array(32).fill(7) },
    port: 0,
    host: "127.0.0.1",
    assets: new Map(),
    logger: { info: write("info"), warn: write("warn"), error: write("error") },
    scheduler: systemScheduler,
    wallClock: testWallClock(),
    random: new SeededRandom(1),
    kdf: hmacKdf,
    timeZone: "UTC",
    firstStart: "demo",
  });
  neighbour = new TestTerminal(new SeededRandom(2));
  neighbourSocket = await openSocket();
  neighbour.plugIn(webSocketLink(neighbourSocket));
  const kiosk = hub.demo?.kiosk;
  if (kiosk === undefined) throw new Error("the demo was not made");
  neighbour.claim((await createClaimToken(hub.context, kiosk)).token);
  await heard(() => neighbour.last("claimed"));
  neighbour.hello();
  await heard(() => neighbour.last("challenge"));
  neighbour.prove();
  await heard(() => neighbour.last("rosterEnd"));
});
afterEach(async () => {
  neighbourSocket.terminate();
  await hub.close();
});

async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(hub.terminalUrl, { perMessageDeflate: false });
  await once(socket, "open");
  return socket;
}

/** Waits, message by message of the neighbour's socket, until something is there. */
async function heard<Value>(find: () => Value | undefined): Promise<Value> {
  for (let found = find(); ; found = find()) {
    if (found !== undefined) return found;
    await once(neighbourSocket, "message");
  }
}

const refusals = (): LogLine[] => log.filter((line) => line.message === "connection refused");

/** The one that matters: whatever the stranger did, this terminal is served. */
async function expectNeighbourServed(): Promise<void> {
  neighbour.received = [];
  neighbour.status(0);
  expect(await heard(() => neighbour.last("pulse"))).toBeDefined();
}

async function closeCodeOf(socket: WebSocket): Promise<number> {
  const code = await new Promise<number>((resolve) => socket.once("close", resolve));
  return code;
}

/** A TCP connection that has been upgraded and then speaks raw bytes. */
async function upgradedTcp(): Promise<Socket> {
  const socket = connectTcp(hub.port, "127.0.0.1");
  socket.write(
    `GET /terminal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
  );
  await once(socket, "data");
  return socket;
}

describe("strangers on the terminal's socket", () => {
  it.each([
    ["garbage", "\u0000garbage", "protocol.malformed"],
    ["an old version", '{"type":"hello","versions":[0]}', "protocol.version"],
    ["something that is not due", `{"type":"proof","signature":"${"A".repeat(87)}="}`, "protocol.unexpected"],
    ["an unknown terminal", "hello", "terminal.unknown"],
  ])("%s is refused with a code, logged once, and closed", async (_name, text, code) => {
    const socket = await openSocket();
    const stranger = new TestTerminal(new SeededRandom(3));
    stranger.plugIn(webSocketLink(socket));
    if (text === "hello") stranger.hello();
    else stranger.sendText(text);
    expect(await closeCodeOf(socket)).toBe(4000);
    expect(stranger.last("refused")?.code).toBe(code);
    expect(refusals()).toMatchObject([{ code, peer: "127.0.0.1" }]);
    await expectNeighbourServed();
  });

  it("a message above the limit is cut off before it is read", async () => {
    const socket = await openSocket();
    socket.on("error", () => undefined);
    socket.send("x".repeat(MAX_MESSAGE_BYTES + 1));
    expect(await closeCodeOf(socket)).toBe(1009);
    expect(refusals()).toMatchObject([{ code: "protocol.malformed" }]);
    await expectNeighbourServed();
  });

  it("a frame that says it has 100 MB is refused by its header", async () => {
    const socket = await upgradedTcp();
    const header = Buffer.alloc(14);
    header.writeUInt8(0x81, 0);
    header.writeUInt8(0xff, 1);
    header.writeBigUInt64BE(100n * 1024n * 1024n, 2);
    socket.resume();
    socket.write(header);
    await once(socket, "close");
    expect(refusals()).toMatchObject([{ code: "protocol.malformed" }]);
    await expectNeighbourServed();
  });

  it("a frame that no WebSocket may send is refused", async () => {
    const socket = await upgradedTcp();
    socket.resume();
    socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    await once(socket, "close");
    expect(refusals()).toMatchObject([{ code: "protocol.malformed" }]);
    await expectNeighbourServed();
  });

  it("half a frame and then nothing disturbs nobody", async () => {
    const socket = await upgradedTcp();
    socket.write(Buffer.from([0x81, 0xfe, 0x00]));
    await expectNeighbourServed();
    socket.destroy();
    await expectNeighbourServed();
  });

  it("a binary message is refused", async () => {
    const socket = await openSocket();
    socket.send(Buffer.from("{}"));
    expect(await closeCodeOf(socket)).toBe(4000);
    expect(refusals()).toMatchObject([{ code: "protocol.malformed" }]);
    await expectNeighbourServed();
  });

  it.each([
    ["a page of a browser", { origin: "https://evil.example" }, "/terminal"],
    ["another path", {}, "/elsewhere"],
  ])("an upgrade by %s is refused", async (_name, headers, path) => {
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port}${path}`, { headers });
    await new Promise((resolve) => socket.once("error", resolve));
    expect(refusals()).toHaveLength(1);
    await expectNeighbourServed();
  });
});

describe("limits", () => {
  it.each([
    ["in all", { connections: 2, connectionsPerAddress: 9, unproved: 9 }],
    ["from one address", { connections: 9, connectionsPerAddress: 2, unproved: 9 }],
    ["that have not proved themselves", { connections: 9, connectionsPerAddress: 9, unproved: 2 }],
  ])("of connections %s hold, and give the place back", async (_name, limits) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const listener = listenForTerminals({
      server,
      limits,
      scheduler: systemScheduler,
      refusals: hub.host.refusals,
      accept: (link, peer) => new TerminalSession(hub.host, link, peer),
    });
    const open = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/terminal`);
      await once(socket, "open");
      return socket;
    };
    const first = await open();
    const second = await open();
    await expect(open()).rejects.toThrow("503");
    expect(refusals()).toMatchObject([{ code: "hub.too-many-connections" }]);
    // Malformed, so that the hub itself ends it: it has left the hub's count when its close arrives here.
    for (const socket of [first, second]) {
      socket.send("goodbye");
      await closeCodeOf(socket);
    }
    for (const socket of [await open(), await open()]) socket.terminate();
    listener.close();
    server.close();
  });
});

/** What a page that is open listens to. */
async function openPage(): Promise<Response> {
  return fetch(`${hub.url}api/v1/live`, { headers: { cookie: await demoSession(hub.url) } });
}

describe("closing the hub", () => {
  it("says goodbye to terminals and ends open pages", async () => {
    const page = await openPage();
    const ended = page.text();
    const closed = closeCodeOf(neighbourSocket);
    await hub.close();
    expect(await closed).toBe(1001);
    expect(await ended).toContain("retry:");
  });

  it("tells open pages what changed", async () => {
    const page = await openPage();
    const reader = page.body?.pipeThrough(new TextDecoderStream()).getReader();
    neighbour.status(7);
    let text = "";
    while (!text.includes("changed")) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      text += part.value;
    }
    expect(text).toContain('data: {"topics":["terminals"]}');
  });
});
