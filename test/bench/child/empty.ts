import type { PlainReport } from "./report.ts";

/** A process that does nothing: when its first statement ran is Node's own start. */
const loadedMs = Number(process.hrtime.bigint()) / 1e6;
const report: PlainReport = { loadedMs, rssBytes: process.memoryUsage.rss() };
process.stdout.write(`${JSON.stringify(report)}\n`);
