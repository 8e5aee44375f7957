import { describe, expect, test } from "vitest";
import { CodedError } from "../../protocol/errors.ts";
import type { Command } from "../../protocol/messages.ts";
import { COMMAND_LIMIT_MS, MAX_COMMANDS } from "./commands.ts";
import type { HubEnd } from "./testing/hub-end.ts";
import { SyncScene } from "./testing/sync-scene.ts";

const ID = "0123456789abcdef";
const idOf = (count: number): string => String(count).padStart(16, "0");

function say(end: HubEnd, command: Command, id = ID): void {
  end.say({ type: "command", id, command });
}

describe("a command of the hub", () => {
  test.each(["identify", "unlock", "restart"] as const)(
    "to %s is handed on, and answered once it is done",
    async (act) => {
      const scene = new SyncScene();
      const end = await scene.connected();
      say(end, { act });
      await scene.pass();
      expect(scene.commands).toEqual([{ act }]);
      expect(end.ofType("done")).toEqual([{ type: "done", id: ID, outcome: "done" }]);
    },
  );

  test("to send again from an event on sends what is there, and nothing is taken back for it", async () => {
    const scene = new SyncScene();
    const end = await scene.connected();
    const texts = scene.record(5);
    scene.store.acknowledge(5);
    await scene.pass();
    end.got.length = 0;
    say(end, { act: "resend", afterSeq: 3 });
    await scene.pass();
    expect(end.ofType("events").flatMap(({ events }) => events)).toEqual(texts.slice(3));
    expect(end.ofType("done")).toEqual([{ type: "done", id: ID, outcome: "done" }]);
    expect(scene.store.status()).toMatchObject({ ackedSeq: 5 });
    expect(scene.commands).toEqual([]);
  });

  test("to send again what is still to come sends nothing twice", async () => {
    const scene = new SyncScene();
    const end = await scene.connected();
    scene.record(2);
    await scene.pass();
    say(end, { act: "resend", afterSeq: 100 });
    await scene.pass();
    scene.record(1);
    await scene.pass();
    expect(end.ofType("events").map(({ events }) => events.length)).toEqual([2, 1]);
  });

  test("that cannot be done is answered with the code of why", async () => {
    const scene = new SyncScene({
      parts: { onCommand: () => Promise.reject(new CodedError("store.full", "no room")) },
    });
    const end = await scene.connected();
    say(end, { act: "unlock" });
    await scene.pass();
    expect(end.ofType("done")).toMatchObject([{ outcome: "store.full" }]);
    expect(end.closed).toBe(false);
  });

  test("that takes too long is answered before the hub gives it up, and makes room for others", async () => {
    const scene = new SyncScene({ parts: { onCommand: () => new Promise(() => undefined) } });
    const end = await scene.connected();
    for (let count = 0; count <= MAX_COMMANDS; count += 1) say(end, { act: "identify" }, idOf(count));
    await scene.pass();
    expect(end.ofType("done")).toEqual([{ type: "done", id: idOf(MAX_COMMANDS), outcome: "command.busy" }]);
    await scene.pass(COMMAND_LIMIT_MS);
    expect(
      end
        .ofType("done")
        .slice(1)
        .map(({ outcome }) => outcome),
    ).toEqual(Array.from({ length: MAX_COMMANDS }, () => "command.timeout"));
    say(end, { act: "identify" }, idOf(9));
    await scene.pass();
    expect(end.ofType("done")).toHaveLength(1 + MAX_COMMANDS);
  });

  test("holds up nothing that the hub says meanwhile", async () => {
    const scene = new SyncScene({ parts: { onCommand: () => new Promise(() => undefined) } });
    const end = await scene.connected();
    say(end, { act: "identify" });
    end.say({ type: "pulse", hubTimeMs: 5 });
    await scene.pass();
    expect(scene.hubTimes.at(-1)).toMatchObject({ hubTimeMs: 5 });
  });
});
