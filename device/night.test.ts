import { expect, test } from "vitest";
import { volumeAt, volumeByEar, type Night } from "./night.ts";

const at = (hour: number, minute = 0): number => hour * 60 + minute;
const acrossMidnight: Night = { fromMinute: at(22), toMinute: at(6), volume: "quiet" };
const noon: Night = { fromMinute: at(12), toMinute: at(13), volume: "off" };

test.each([
  [at(21, 59), "full"],
  [at(22), "quiet"],
  [at(23, 59), "quiet"],
  [at(0), "quiet"],
  [at(5, 59), "quiet"],
  [at(6), "full"],
])("a night over midnight makes minute %i of the day %s", (minute, volume) => {
  expect(volumeAt(minute, acrossMidnight)).toBe(volume);
});

test.each([
  [at(11, 59), "full"],
  [at(12), "off"],
  [at(12, 59), "off"],
  [at(13), "full"],
])("a night within one day makes minute %i of the day %s", (minute, volume) => {
  expect(volumeAt(minute, noon)).toBe(volume);
});

test("no night is ever quiet", () => {
  expect(volumeAt(0, null)).toBe("full");
});

test("where sounds are all there is, silence becomes quiet", () => {
  expect([volumeByEar("off"), volumeByEar("quiet"), volumeByEar("full")]).toEqual(["quiet", "quiet", "full"]);
});
