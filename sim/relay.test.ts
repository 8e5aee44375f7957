import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Relay } from "./relay.ts";

/** What listens at the far end: it says back what it hears, and its sockets can be looked at. */
let far: Server;
let farSockets: Socket[];
let relay: Relay;

beforeEach(async () => {
  farSockets = [];
  far = createServer((socket) => {
    farSockets.push(socket);
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  far.listen(0, "127.0.0.1");
  await once(far, "listening");
  relay = await Relay.open(portOf(far.address()));
});
afterEach(async () => {
  await relay.close();
  for (const socket of farSockets) socket.destroy();
  far.close();
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

async function plugIn(): Promise<Socket> {
  const near = connect(relay.port, "127.0.0.1");
  near.on("error", () => undefined);
  await once(near, "connect");
  return near;
}

async function echo(near: Socket, text: string): Promise<string> {
  const answered = once(near, "data");
  near.write(text);
  return String((await answered)[0]);
}

/** Resolves when the socket has ended, however. */
async function ended(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, "close");
}

describe("the simulated cable", () => {
  test("carries bytes both ways", async () => {
    const near = await plugIn();
    expect(await echo(near, "hello")).toBe("hello");
    near.destroy();
  });

  test("ends both sides when it is pulled out", async () => {
    const near = await plugIn();
    await echo(near, "hello");
    relay.setConnected(false);
    await ended(near);
    await Promise.all(farSockets.map(ended));
    expect(farSockets).toHaveLength(1);
    expect(relay.connected).toBe(false);
  });

  test("lets nothing through while it is out, and everything when it is in again", async () => {
    relay.setConnected(false);
    await ended(await plugIn());
    expect(farSockets).toHaveLength(0);
    relay.setConnected(true);
    const near = await plugIn();
    expect(await echo(near, "again")).toBe("again");
    near.destroy();
  });

  test("ends the near side when the far side goes, and the far side when the near side goes", async () => {
    const first = await plugIn();
    await echo(first, "1");
    farSockets[0]?.destroy();
    await ended(first);
    const second = await plugIn();
    await echo(second, "2");
    second.destroy();
    await Promise.all(farSockets.map(ended));
    expect(farSockets).toHaveLength(2);
  });

  test("ends the near side when nobody listens at the far side", async () => {
    far.close();
    await once(far, "close");
    await ended(await plugIn());
  });

  test("carries 16 connections and no more", async () => {
    const carried: Socket[] = [];
    for (let each = 0; each < 16; each += 1) {
      const near = await plugIn();
      expect(await echo(near, String(each))).toBe(String(each));
      carried.push(near);
    }
    await ended(await plugIn());
    expect(farSockets).toHaveLength(16);
    for (const near of carried) near.destroy();
  });

  test("closes with connections open, and takes no more", async () => {
    const near = await plugIn();
    await echo(near, "hello");
    await relay.close();
    await ended(near);
    const late = connect(relay.port, "127.0.0.1");
    await expect(once(late, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    relay = await Relay.open(portOf(far.address()));
  });
});
