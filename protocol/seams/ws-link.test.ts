import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers";
import { describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { linkPair } from "../../hub/session/link-pair.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import { CLOSE_REFUSED } from "../messages.ts";
import type { Link } from "../seams.ts";
import { describeLink, type LinkWorld } from "./link.contract.ts";
import { openWebSocketLink, WEBSOCKET_OPTIONS, webSocketLink } from "./ws-link.ts";

/** Turns of the event loop a condition may take: loopback needs a handful. */
const MAX_TURNS = 100_000;

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > MAX_TURNS) throw new Error("what was waited for did not come");
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

async function overLoopback(): Promise<LinkWorld & { readonly url: string; readonly ends: WebSocket[] }> {
  const ends: WebSocket[] = [];
  const server = new WebSocketServer({ ...WEBSOCKET_OPTIONS, host: "127.0.0.1", port: 0 });
  const accepted = new Promise<Link>((resolve) => {
    server.on("connection", (socket) => {
      ends.push(socket);
      resolve(webSocketLink(socket));
    });
  });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const { port } = server.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/`;
  const near = await openWebSocketLink(url);
  return {
    url,
    ends,
    near,
    far: await accepted,
    until,
    async dispose() {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

describeLink("a WebSocket over loopback", overLoopback);

describeLink("the seeded world's wire", () => {
  const scheduler = new VirtualScheduler();
  const [near, far] = linkPair(scheduler);
  return Promise.resolve({
    near,
    far,
    async until(condition: () => boolean) {
      await scheduler.run(scheduler.nowMs() + 1_000, condition);
      expect(condition()).toBe(true);
    },
    dispose: () => Promise.resolve(),
  });
});

describe("a WebSocket", () => {
  test("that brings bytes instead of text is closed as malformed", async () => {
    const world = await overLoopback();
    const codes: number[] = [];
    world.near.listen({ message: () => undefined, closed: (code) => codes.push(code) });
    world.far.listen({ message: () => undefined, closed: () => undefined });
    world.ends[0]?.send(Buffer.from([1, 2, 3]));
    await until(() => codes.length > 0);
    expect(codes).toEqual([CLOSE_REFUSED]);
    await world.dispose();
  });

  test("that brings more than a message may have is closed, and nothing of it is delivered", async () => {
    const world = await overLoopback();
    const codes: number[] = [];
    const heard: string[] = [];
    world.near.listen({ message: (text) => heard.push(text), closed: (code) => codes.push(code) });
    world.far.listen({ message: () => undefined, closed: () => undefined });
    world.ends[0]?.send("x".repeat(MAX_MESSAGE_BYTES + 1));
    await until(() => codes.length > 0);
    expect(heard).toEqual([]);
    await world.dispose();
  });

  test("to where nobody listens is an error that names the address", async () => {
    const world = await overLoopback();
    await world.dispose();
    await expect(openWebSocketLink(world.url)).rejects.toMatchObject({ code: "link.unreachable" });
    await expect(openWebSocketLink(world.url)).rejects.toThrow(world.url);
  });
});
