import { expect, test } from "vitest";
import { HalError } from "./errors.ts";
import { FaultReporter } from "./fault-reporter.ts";

test("a part reports each trouble once, and recovery once, when all of them are over", () => {
  const reporter = new FaultReporter();
  const told: string[] = [];
  reporter.onFault((error) => told.push(error.code));
  reporter.onRecovered(() => told.push("recovered"));
  reporter.end("io");
  reporter.begin("io", new HalError("hal.keypad.io", "one"));
  reporter.begin("io", new HalError("hal.keypad.io", "again"));
  reporter.begin("stuck", new HalError("hal.keypad.stuck", "other"));
  reporter.end("io");
  expect(reporter.inFault).toBe(true);
  reporter.end("stuck");
  reporter.end("stuck");
  expect(reporter.inFault).toBe(false);
  expect(told).toEqual(["hal.keypad.io", "hal.keypad.stuck", "recovered"]);
});

test("whoever listens late is told of what is wrong, and not of what is over", () => {
  const reporter = new FaultReporter();
  reporter.begin("io", new HalError("hal.keypad.io", "one"));
  reporter.begin("stuck", new HalError("hal.keypad.stuck", "other"));
  reporter.end("io");
  const told: string[] = [];
  reporter.onFault((error) => told.push(error.code));
  expect(told).toEqual(["hal.keypad.stuck"]);
});
