import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ApiClient } from "./api-client.ts";
import { eventually } from "./polling.ts";

/** `npm start` as a process of its own, started as package.json does. */

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LAUNCH = ["--import", "./device/require-node.mjs"];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Processes that still run: a test that fails half way must not leave any behind. */
const running = new Set<OwnProcess>();

/** A process of this test's own; what it printed so far can be read at any time. */
export class OwnProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stdout = "";
  #stderr = "";

  /** Runs Node with these arguments from the project's folder. */
  constructor(nodeArguments: readonly string[]) {
    const child = spawn(process.execPath, nodeArguments, {
      cwd: ROOT,
      // As on a machine without settings: what the test runner sets for itself is not for it.
      env: { ...process.env, FORCE_COLOR: undefined, NODE_OPTIONS: undefined, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.#child = child;
    running.add(this);
    this.#ended = once(child, "close").finally(() => running.delete(this));
  }

  get printed(): Ended {
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<Ended> {
    await this.#ended;
    return this.printed;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: "SIGINT" | "SIGTERM" | "SIGKILL" = "SIGINT"): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended();
  }
}

/** Runs a TypeScript or JavaScript file of the project to its end. */
export async function runScript(file: string, ...flags: readonly string[]): Promise<Ended> {
  return new OwnProcess([...LAUNCH, file, ...flags]).ended();
}

export interface RunningSimulator {
  readonly process: OwnProcess;
  readonly client: ApiClient;
  readonly url: string;
  readonly hubUrl: string;
}

/** Starts the simulator in a folder, on free ports; resolves when its terminal takes keys. */
export async function startSimulator(data: string, ...flags: readonly string[]): Promise<RunningSimulator> {
  const process = new OwnProcess([...LAUNCH, "sim/main.ts", "--data", data, "--port", "0", ...flags]);
  const { stdout } = await eventually(
    "the simulator's start",
    () => process.printed,
    (printed) => printed.stdout.includes("Ctrl-C") || printed.code !== null,
  );
  const address = (name: string): string => {
    const found = new RegExp(`^${name} +(http://\\S+)$`, "m").exec(stdout)?.[1];
    if (found === undefined) throw new Error(`no address of ${name} was printed: ${process.printed.stderr}`);
    return found;
  };
  const url = address("Terminal");
  const client = new ApiClient(url);
  await client.idle();
  return { process, client, url, hubUrl: address("Hub") };
}

export interface FolderForTests {
  readonly path: string;
  /** Ends the processes that were started since and still run, and removes the folder. */
  remove(): Promise<void>;
}

export function makeFolder(): FolderForTests {
  const path = mkdtempSync(join(tmpdir(), "punchbox-test-"));
  const before = new Set(running);
  return {
    path,
    async remove() {
      await Promise.all([...running].filter((each) => !before.has(each)).map((each) => each.stop("SIGKILL")));
      rmSync(path, { recursive: true });
    },
  };
}

/** A folder for one test. */
export async function withFolder<Result>(run: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = makeFolder();
  try {
    return await run(folder.path);
  } finally {
    await folder.remove();
  }
}
