import * as z from "zod";

/** What vitest's JSON reporter leaves, as far as the bed needs it. */
const reportSchema = z.object({
  numPassedTests: z.number().int(),
  numFailedTests: z.number().int(),
  testResults: z.array(z.object({ status: z.string() })),
});

/** How one run of the checks in a machine ended. */
export interface GuestRun {
  /** For messages: `base-512`. */
  readonly name: string;
  /** Of the checks' process; null when the machine never got there. */
  readonly exitCode: number | null;
  /** The JSON reporter's text; empty when there is none. */
  readonly report: string;
  /** Warnings and worse of the machine's kernel, one a line: there is no right one. */
  readonly kernelComplaints: string;
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  /** What is wrong besides tests that failed and have been shown. */
  readonly troubles: readonly string[];
}

/** Counts a run. Whatever is not plainly good counts as a failure: no report, no test, an error outside of all tests. */
export function totalsOf({ name, exitCode, report, kernelComplaints }: GuestRun): Totals {
  const parsed = reportSchema.safeParse(parseJson(report));
  if (!parsed.success) {
    const ended = exitCode === null ? "its machine never got to the end" : `exit code ${exitCode}`;
    return { passed: 0, failed: 1, troubles: [`${name}: no report of the checks (${ended})`] };
  }
  const { numPassedTests: passed, numFailedTests, testResults } = parsed.data;
  const troubles: string[] = [];
  const [complaint] = kernelComplaints.split("\n");
  if (complaint) troubles.push(`${name}: the kernel complained: ${complaint}`);
  if (passed + numFailedTests === 0) troubles.push(`${name}: no test ran`);
  const brokenFiles = testResults.filter(({ status }) => status !== "passed").length;
  if (numFailedTests === 0 && (exitCode !== 0 || brokenFiles > 0)) {
    troubles.push(`${name}: no test failed, yet its exit code is ${exitCode ?? "missing"}`);
  }
  return { passed, failed: numFailedTests + troubles.length, troubles };
}

/** The run of the planted check, turned around: it passes when it turned its machine red by exactly its one assertion. */
export function totalsOfPlanted(run: GuestRun): Totals {
  const { passed, failed, troubles } = totalsOf(run);
  const red = exitCodeOf([{ passed, failed, troubles }]) !== 0 && run.exitCode === 1;
  if (red && passed === 0 && failed === 1 && troubles.length === 0) {
    return { passed: 1, failed: 0, troubles: [] };
  }
  const trouble = `${run.name}: the planted wrong expectation did not turn it red: ${passed} passed, ${failed} failed, exit code ${run.exitCode ?? "missing"}`;
  return { passed: 0, failed: 1, troubles: [...troubles, trouble] };
}

/** 0 when something passed and nothing failed. */
export function exitCodeOf(totals: readonly Totals[]): 0 | 1 {
  const { passed, failed } = sum(totals);
  return passed > 0 && failed === 0 ? 0 : 1;
}

/** `N passed, N failed`: the last line, which CI reads. */
export function closingLine(totals: readonly Totals[]): string {
  const { passed, failed } = sum(totals);
  return `${passed} passed, ${failed} failed`;
}

function sum(totals: readonly Totals[]): { passed: number; failed: number } {
  return {
    passed: totals.reduce((count, { passed }) => count + passed, 0),
    failed: totals.reduce((count, { failed }) => count + failed, 0),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
