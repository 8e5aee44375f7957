import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Link } from "../seams.ts";

/** Two ends of one connection, and how to wait until what is under way has arrived. */
export interface LinkWorld {
  readonly near: Link;
  readonly far: Link;
  /** Resolves once `condition` holds; rejects after a limit of its own. */
  until(condition: () => boolean): Promise<void>;
  dispose(): Promise<void>;
}

/** What every {@link Link} does, whatever carries it. */
export function describeLink(name: string, open: () => Promise<LinkWorld>): void {
  describe(`Link: ${name}`, () => {
    let world: LinkWorld;
    let heard: string[];
    let ends: { readonly code: number; readonly reason: string }[];
    let nearEnds: number;
    beforeEach(async () => {
      world = await open();
      heard = [];
      ends = [];
      nearEnds = 0;
      world.far.listen({
        message: (text) => heard.push(text),
        closed: (code, reason) => ends.push({ code, reason }),
      });
      world.near.listen({ message: () => undefined, closed: () => (nearEnds += 1) });
    });
    afterEach(() => world.dispose());

    test("carries messages whole, in order, whatever is in them", async () => {
      const sent = ["a", "", "Ana Kovač ■", '{"x":"\\u0000"}', "b".repeat(100_000)];
      for (const text of sent) world.near.send(text);
      await world.until(() => heard.length === sent.length);
      expect(heard).toEqual(sent);
    });

    test("never delivers within send", () => {
      world.near.send("a");
      expect(heard).toEqual([]);
    });

    test("delivers what was sent before a close, then tells both ends once, with code and reason", async () => {
      world.near.send("last");
      world.near.close(4000, "claim.refused");
      world.near.close(4000, "again");
      await world.until(() => ends.length > 0 && nearEnds > 0);
      expect(heard).toEqual(["last"]);
      expect(ends).toEqual([{ code: 4000, reason: "claim.refused" }]);
      expect(nearEnds).toBe(1);
    });

    test("drops what is sent after a close, silently", async () => {
      world.near.close(1001, "going");
      world.near.send("too late");
      await world.until(() => ends.length > 0);
      expect(heard).toEqual([]);
    });

    test("holds nothing back once everything has left", async () => {
      world.near.send("a".repeat(1000));
      await world.until(() => heard.length === 1);
      expect(world.near.bufferedBytes()).toBe(0);
    });
  });
}
