import { expect, test } from "vitest";
import { World } from "./world.ts";

const MINUTE_MS = 60_000;

test("a disk that gets full is said on idle before punches are in danger, and no more once there is room again", async () => {
  const world = await World.create({ seed: 1 });
  const { disk } = world;
  await world.pass(10 * MINUTE_MS);
  disk.capacityBytes = disk.usedBytes() + 512 * 1024;
  await world.type("10387306");
  expect(world.screen()[0]).toMatch(/^IN/);
  await world.pass(3 * MINUTE_MS);
  await world.type("11772958");
  await world.pass(3 * MINUTE_MS);
  expect(world.screen()[3]).toBe("Disk almost full");
  expect(await world.kindsAtHub()).toContain("health.fault");
  disk.capacityBytes = Infinity;
  await world.type("10387306*");
  await world.pass(12 * MINUTE_MS);
  expect(world.screen()[3]).toBe("*=by name  #=help");
  expect(world.board.violations).toBe(0);
});
