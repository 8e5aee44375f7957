import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import type { Scheduler } from "../../protocol/seams.ts";
import { planWire, type WireFault } from "./plan.ts";
import { FaultyProxy } from "./proxy.ts";

/** A server that says what it hears, and both ends of each connection in the test's hands. */

interface End {
  readonly socket: Socket;
  text: string;
  /** Sizes of the pieces as they came. */
  readonly pieces: number[];
  error: string | null;
  closed: boolean;
}

let server: Server;
let accepted: End[];
let delays: number[];
let proxy: FaultyProxy;
let changed: PromiseWithResolvers<undefined>;

/** Takes no time, and remembers what it was asked for. */
const recording: Scheduler = {
  ...systemScheduler,
  after(delayMs, run) {
    delays.push(delayMs);
    return systemScheduler.after(0, run);
  },
};

function endOf(socket: Socket): End {
  const end: End = { socket, text: "", pieces: [], error: null, closed: false };
  const tell = (): void => {
    changed.resolve(undefined);
    changed = Promise.withResolvers();
  };
  socket.setEncoding("utf8");
  socket.setNoDelay(true);
  socket.on("data", (text: string) => {
    end.text += text;
    end.pieces.push(text.length);
    tell();
  });
  socket.on("error", (error: NodeJS.ErrnoException) => (end.error = error.code ?? "unknown"));
  socket.on("close", () => {
    end.closed = true;
    tell();
  });
  return end;
}

/** Waits for something to come or to end, until it is so. */
async function until(isIt: () => boolean): Promise<void> {
  while (!isIt()) await changed.promise;
}

beforeEach(async () => {
  accepted = [];
  delays = [];
  changed = Promise.withResolvers();
  server = createServer((socket) => {
    accepted.push(endOf(socket));
    changed.resolve(undefined);
    changed = Promise.withResolvers();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new RangeError("the server has no port");
  proxy = await FaultyProxy.open(address.port, recording);
});

afterEach(async () => {
  await proxy.close();
  for (const { socket } of accepted) socket.destroy();
  server.close();
});

async function join(...plan: readonly WireFault[]): Promise<{ near: End; far: End }> {
  if (plan.length > 0) proxy.follow(plan);
  const before = accepted.length;
  const near = endOf(connect(proxy.port, "127.0.0.1"));
  await until(() => accepted.length > before);
  const far = accepted[before];
  if (far === undefined) throw new RangeError("nobody was accepted");
  return { near, far };
}

describe("a wire", () => {
  test("that is sound carries both ways, and tells each end that the other has gone", async () => {
    const { near, far } = await join();
    near.socket.write("up");
    await until(() => far.text === "up");
    far.socket.write("down");
    await until(() => near.text === "down");
    near.socket.destroy();
    await until(() => far.closed);
    expect(far.error).toBeNull();
    expect(proxy.connections).toBe(1);
  });

  test("that resets passes so many bytes, cut wherever that is, and then both ends know", async () => {
    const { near, far } = await join({ kind: "reset", afterBytes: 3 });
    near.socket.write("abcdef");
    await until(() => near.closed && far.closed);
    expect(far.text).toBe("abc");
    expect(near.error).toBe("ECONNRESET");
  });

  test("that drops lets nothing more through, and neither end hears of the other's end", async () => {
    const { near, far } = await join({ kind: "drop", afterBytes: 3 });
    near.socket.write("abcdef");
    await until(() => far.text === "abc");
    far.socket.write("xyz");
    near.socket.destroy();
    await until(() => near.closed);
    // What comes on a later connection comes after what this one would have delivered.
    const other = await join();
    other.near.socket.write("later");
    await until(() => other.far.text === "later");
    expect({ near: near.text, far: far.text, closed: far.closed }).toEqual({
      near: "",
      far: "abc",
      closed: false,
    });
    expect(proxy.droppedBytes).toBeGreaterThanOrEqual(3);
  });

  test.each(["up", "down"] as const)(
    "that is half open is dead %s and carries the other way",
    async (dead) => {
      const { near, far } = await join({ kind: "half-open", dead, afterBytes: 1 });
      const [deaf, hears] = dead === "up" ? [far, near] : [near, far];
      hears.socket.write("1234");
      await until(() => deaf.text === "1");
      deaf.socket.write("still here");
      await until(() => hears.text === "still here");
      expect(deaf.text).toBe("1");
      // The way that lives tells of the end, too.
      deaf.socket.destroy();
      await until(() => hears.closed);
    },
  );

  test("that makes a duplicate resets the terminal, and the hub keeps a connection that says nothing", async () => {
    const { near, far } = await join({ kind: "duplicate", afterBytes: 2 });
    near.socket.write("abcdef");
    await until(() => near.closed);
    expect(near.error).toBe("ECONNRESET");
    const again = await join();
    again.near.socket.write("later");
    await until(() => again.far.text === "later");
    expect({ text: far.text, closed: far.closed }).toEqual({ text: "ab", closed: false });
    expect(accepted).toHaveLength(2);
  });

  test("that dribbles delivers everything in order, a few bytes at a time", async () => {
    const { near, far } = await join({ kind: "dribble", bytesAtOnce: 2, everyMs: 1, afterBytes: 9 });
    near.socket.write("abcdefghij");
    await until(() => far.closed);
    expect(far.text).toBe("abcdefghi");
    expect(delays.filter((ms) => ms === 1)).toHaveLength(5);
  });

  test("that delays delivers everything, later, in order", async () => {
    const { near, far } = await join({ kind: "delay", delayMs: 40, afterBytes: 100 });
    near.socket.write("one");
    await until(() => far.text === "one");
    near.socket.write("two");
    await until(() => far.text === "onetwo");
    expect(delays).toEqual([40, 40]);
  });

  test("has no fault any more once the plan is used up", async () => {
    const { near } = await join({ kind: "reset", afterBytes: 0 });
    await until(() => near.closed);
    expect(proxy.faultsLeft).toBe(0);
    const { near: sound, far } = await join();
    sound.socket.write("abc");
    await until(() => far.text === "abc");
  });
});

describe("a plan", () => {
  test("is the same for the same seed, and has every kind each turn", () => {
    expect(planWire(5, 2)).toEqual(planWire(5, 2));
    expect(planWire(5, 2)).not.toEqual(planWire(6, 2));
    const kinds = planWire(5, 1).map((fault) => (fault.kind === "half-open" ? fault.dead : fault.kind));
    expect(new Set(kinds)).toEqual(new Set(["drop", "up", "down", "reset", "duplicate", "delay", "dribble"]));
  });
});
