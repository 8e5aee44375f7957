import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * `npm run addons`: builds the native add-ons that come as source (epoll under onoff and rpi-gpio, i2c-bus) against the headers of the
 * Node that runs this. Does nothing when they load already. Needs a C++ compiler, make and Python.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ADDONS = ["epoll", "i2c-bus"] as const;
const LOAD_LIMIT_MS = 30_000;
const BUILD_LIMIT_MS = 300_000;

const run = promisify(execFile);

/** Those of the add-ons that do not load with this Node. Each is tried in a process of its own: what failed once stays failed. */
async function missing(): Promise<string[]> {
  const tried = await Promise.all(
    ADDONS.map((name) =>
      run(process.execPath, ["-e", `require("${name}")`], { cwd: ROOT, timeout: LOAD_LIMIT_MS }).then(
        () => [],
        () => [name],
      ),
    ),
  );
  return tried.flat();
}

/** The folder with this Node's own headers: those of another Node make add-ons that do not load. Throws where there are none. */
function headersFolder(): string {
  const folder = join(dirname(process.execPath), "..");
  if (!existsSync(join(folder, "include/node/node.h"))) {
    throw new Error(
      `${process.execPath} has no headers in ${folder}/include/node: run it through npm after npm ci, which brings both`,
    );
  }
  return folder;
}

/** Builds what does not load; returns its names. Rejects with the compiler's complaint. */
export async function buildAddons(): Promise<readonly string[]> {
  if (process.platform !== "linux") throw new Error("the add-ons are for Linux only");
  const wanted = await missing();
  if (wanted.length === 0) return [];
  await run("npm", ["rebuild", "--ignore-scripts=false", "--foreground-scripts", ...wanted], {
    cwd: ROOT,
    timeout: BUILD_LIMIT_MS,
    env: { ...process.env, npm_config_nodedir: headersFolder() },
  });
  const still = await missing();
  if (still.length > 0) throw new Error(`${still.join(", ")}: built, and yet it does not load`);
  return wanted;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const built = await buildAddons();
    console.log(built.length === 0 ? "the add-ons are there and load" : `built: ${built.join(", ")}`);
  } catch (error) {
    console.error(`the add-ons cannot be built: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
