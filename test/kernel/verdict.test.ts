import { describe, expect, test } from "vitest";
import { closingLine, exitCodeOf, totalsOf, totalsOfPlanted } from "./verdict.ts";

const report = (passed: number, failed: number, fileStatus = failed === 0 ? "passed" : "failed") =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: [{ status: fileStatus }],
  });
const run = (exitCode: number | null, text: string, kernelComplaints = "") => ({
  name: "base-512",
  exitCode,
  report: text,
  kernelComplaints,
});

describe("the kernel bed's verdict", () => {
  test("is green for tests that all passed, and counts them over all machines", () => {
    const totals = [totalsOf(run(0, report(5, 0))), totalsOf(run(0, report(2, 0)))];
    expect(exitCodeOf(totals)).toBe(0);
    expect(closingLine(totals)).toBe("7 passed, 0 failed");
  });

  test.each([
    ["a test failed", run(1, report(5, 1))],
    ["no test ran", run(0, report(0, 0))],
    ["the machine never got to the end", run(null, "")],
    ["the machine broke off after its report", run(null, report(5, 0))],
    ["there is no report", run(0, "")],
    ["the report is not one", run(0, "{}")],
    ["something failed outside of all tests", run(1, report(5, 0))],
    ["the kernel warned", run(0, report(5, 0), "WARNING: CPU: 1 PID: 187 at fs/seq_file.c:61 seq_open\n")],
    ["a file could not be loaded", run(1, report(5, 0, "failed"))],
  ])("is red when %s", (_, guest) => {
    expect(exitCodeOf([totalsOf(guest), totalsOf(run(0, report(9, 0)))])).toBe(1);
  });

  test("is red when there was nothing to judge", () => {
    expect(exitCodeOf([])).toBe(1);
  });

  test("takes the planted wrong expectation for a pass only when it turned its machine red, by itself", () => {
    expect(totalsOfPlanted(run(1, report(0, 1)))).toMatchObject({ passed: 1, failed: 0 });
    for (const wrong of [
      run(0, report(1, 0)),
      run(0, report(0, 1)),
      run(1, report(1, 1)),
      run(1, report(0, 2)),
      run(1, report(0, 0)),
      run(null, ""),
    ]) {
      expect(exitCodeOf([totalsOfPlanted(wrong)])).toBe(1);
    }
  });
});
