import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findChromium } from "./e2e/chromium.ts";
import { hasExim } from "./mail/exim.ts";
import { findPostgres } from "./postgres/cluster.ts";

/**
 * `npm test`: everything this machine can run, and a line for each thing it cannot, with the reason and the way to
 * have it. Ends with the runner's own closing lines and exit code.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const projects = ["unit"];

if (findChromium() === null) {
  console.log("left out: browser tests (no Chromium found; install it, or name it in CHROMIUM_PATH)");
} else {
  projects.push("e2e");
}

if (findPostgres() === null) {
  console.log("left out: the hub's rules on PostgreSQL (no server found; on Debian: apt install postgresql)");
} else {
  projects.push("postgres");
}

if (hasExim()) {
  projects.push("mail");
} else {
  console.log(
    "left out: mail by a real mail server (no Exim found; on Debian: apt install exim4-daemon-light)",
  );
}

console.log("not in here, for they need root and minutes: npm run test:kernel, npm run test:crash");

const result = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: "inherit" },
);
process.exitCode = result.status ?? 1;
