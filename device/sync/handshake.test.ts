import { beforeEach, describe, expect, test } from "vitest";
import { PROTOCOL_VERSIONS, type HubMessage } from "../../protocol/messages.ts";
import { eventSeq } from "../../protocol/ids.ts";
import { FIRST_PAUSE_MS } from "./backoff.ts";
import { NONCE, SyncScene } from "./testing/sync-scene.ts";

let scene: SyncScene;

beforeEach(async () => {
  scene = new SyncScene();
  scene.sync.start();
  await scene.pass();
});

const welcome = { type: "welcome", version: 1, ackedSeq: 0, hubTimeMs: 0 } as const;

describe("versions of the protocol", () => {
  test("are all offered, and one of them is taken", async () => {
    expect(scene.end.ofType("hello")).toMatchObject([{ versions: PROTOCOL_VERSIONS }]);
    const end = await scene.welcomed(0, { version: PROTOCOL_VERSIONS[0] ?? 0 });
    expect(end.closed).toBe(false);
  });

  test("that were not offered are not spoken", async () => {
    const end = await scene.welcomed(0, { version: 1 + Math.max(...PROTOCOL_VERSIONS) });
    expect(end.closed).toBe(true);
    expect(scene.links.at(-1)).toMatchObject({ link: "down" });
    await scene.nextAfter(end, 2 * FIRST_PAUSE_MS);
  });
});

describe("a hub that does not keep to the order", () => {
  const early: readonly HubMessage[] = [
    welcome,
    { type: "ack", seq: eventSeq.parse(1) },
    { type: "pulse", hubTimeMs: 0 },
    { type: "rosterEnd", revision: 1 },
    { type: "command", id: "0123456789abcdef", command: { act: "restart" } },
  ];
  test.each(early)("by saying $type before it challenged is left, and nothing is done", async (message) => {
    scene.end.say(message);
    await scene.pass();
    expect(scene.end.closed).toBe(true);
    expect({ times: scene.hubTimes, commands: scene.commands }).toEqual({ times: [], commands: [] });
  });

  test("by challenging twice gets one signature", async () => {
    const end = await scene.greeted();
    end.say({ type: "challenge", nonce: NONCE });
    await scene.pass();
    expect(end.closed).toBe(true);
    expect(end.ofType("proof")).toHaveLength(1);
  });

  test("by welcoming twice is left", async () => {
    const end = await scene.welcomed();
    end.say(welcome);
    await scene.pass();
    expect(end.closed).toBe(true);
  });
});
