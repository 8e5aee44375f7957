import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Volume } from "./volume.ts";

export interface VolumeWorld {
  readonly volume: Volume;
  dispose(): void;
}

/** What every {@link Volume} does. */
export function describeVolume(name: string, make: () => Promise<VolumeWorld> | VolumeWorld): void {
  describe(`Volume: ${name}`, () => {
    let world: VolumeWorld;
    let volume: Volume;
    beforeEach(async () => {
      world = await make();
      ({ volume } = world);
    });
    afterEach(() => world.dispose());

    test("has the databases that were opened on it, and they are read as bytes", () => {
      const driver = volume.open("a.db");
      driver.exec("CREATE TABLE t (x INTEGER) STRICT");
      driver.close();
      expect(volume.list()).toContain("a.db");
      expect(volume.size("a.db")).toBeGreaterThan(0);
      expect(Buffer.from(volume.read("a.db", 0, 16)).toString()).toBe("SQLite format 3\0");
      expect(volume.read("a.db", volume.size("a.db") ?? 0, 16)).toHaveLength(0);
    });

    test("a renamed file is what it was, and never takes the place of another", () => {
      volume.reserve("a", 1_000);
      volume.reserve("b", 2_000);
      expect(() => volume.rename("a", "b")).toThrow(expect.objectContaining({ code: "store.io" }));
      volume.rename("a", "c");
      expect([volume.size("a"), volume.size("b"), volume.size("c")]).toEqual([null, 2_000, 1_000]);
    });

    test("what is removed is gone, also when it was not there", () => {
      volume.reserve("a", 1_000);
      volume.remove("a");
      volume.remove("a");
      expect(volume.size("a")).toBeNull();
      expect(volume.freeBytes()).toBeGreaterThan(0);
    });
  });
}
