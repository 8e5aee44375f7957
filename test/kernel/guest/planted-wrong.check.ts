import { expect, test } from "vitest";
import { levels, tell } from "./bench.ts";

// Not a check of ours but of the bed: it is wrong, and the run that contains it must be red.
test("a wrong expectation is noticed", () => {
  tell("reset", "drive 4 1");
  expect((levels() >> 4) & 1).toBe(0);
});
