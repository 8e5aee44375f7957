import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { REPORT_FD, type Report } from "../reports.ts";

/** Writes a report into the pipe before anything else happens: what is in there survives this process. */
export function tell(report: Report): void {
  writeSync(REPORT_FD, `${JSON.stringify(report)}\n`);
}

/** Tells that this process has started, and keeps its compiled code for the next life: this one will not end in peace. */
export function tellStarted(report: Report): void {
  tell(report);
  flushCompileCache();
}

/** A child does not outlive who listens to it. */
export function endWithParent(): void {
  process.stdin.on("close", () => process.exit(1));
  process.stdin.resume();
}
