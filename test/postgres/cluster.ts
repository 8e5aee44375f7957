import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

/**
 * A PostgreSQL server of its own for one run of the tests or the bench, in a folder that goes with it; Vitest's global set-up of
 * the project "postgres". It listens on a socket in that folder and on no port.
 */

/** Where Debian and Ubuntu put the server's programs, one folder a version. */
const DEBIAN_FOLDER = "/usr/lib/postgresql";
const START_TRIES = 200;
const TRY_MS = 50;

/** The folder of initdb and postgres, or null where there is none. */
export function findPostgres(): string | null {
  if (!existsSync(DEBIAN_FOLDER)) return null;
  const folders = readdirSync(DEBIAN_FOLDER).map((version) => join(DEBIAN_FOLDER, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
}

export default async function startCluster(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startPostgres();
  project.provide("postgresUrl", cluster.url);
  return cluster.stop;
}

export interface Cluster {
  /** Of a database where databases may be made. */
  readonly url: string;
  /** Ends the server and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** Rejects where there is no PostgreSQL. */
export async function startPostgres(): Promise<Cluster> {
  const programs = findPostgres();
  if (programs === null) throw new Error(`no PostgreSQL in ${DEBIAN_FOLDER}: apt install postgresql`);
  const folder = mkdtempSync(join(tmpdir(), "punchbox-postgres-"));
  const account = unprivileged(folder);
  run(join(programs, "initdb"), ["-D", join(folder, "data"), ...INITDB_FLAGS], account);
  const server = startServer(programs, folder, account);
  await untilReady(programs, folder);
  return {
    url: `postgres://punchbox@localhost/postgres?host=${encodeURIComponent(folder)}`,
    async stop() {
      server.stdin?.end();
      await new Promise<void>((resolve) => void server.on("close", () => resolve()));
      rmSync(folder, { recursive: true });
    },
  };
}

const INITDB_FLAGS = ["-U", "punchbox", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];

/** The server's data is thrown away: nothing has to survive a power cut. */
const SERVER_FLAGS = [
  ["fsync", "off"],
  ["listen_addresses", ""],
  ["max_connections", "200"],
].flatMap(([name, value]) => ["-c", `${String(name)}=${String(value)}`]);

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root: then it is given the account that Debian's package made, and the folder. */
function unprivileged(folder: string): Account {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(run("id", [flag, "postgres"], {}));
  const account = { uid: idOf("-u"), gid: idOf("-g") };
  chownSync(folder, account.uid, account.gid);
  return account;
}

function run(program: string, args: readonly string[], account: Account): string {
  const ended = spawnSync(program, args, { ...account, encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`${program} failed: ${ended.stderr}`);
  return ended.stdout.trim();
}

/** The shell ends the server when its input ends: also when this process is killed. */
function startServer(programs: string, folder: string, account: Account): ChildProcess {
  const script = 'postgres=$1; shift; "$postgres" "$@" & cat >/dev/null; kill -INT $!; wait';
  const args = ["-D", join(folder, "data"), "-k", folder, ...SERVER_FLAGS];
  return spawn("sh", ["-c", script, "sh", join(programs, "postgres"), ...args], {
    ...account,
    stdio: ["pipe", "ignore", "ignore"],
  });
}

async function untilReady(programs: string, folder: string): Promise<void> {
  for (let tries = 1; tries <= START_TRIES; tries += 1) {
    const asked = spawnSync(join(programs, "pg_isready"), ["-h", folder, "-q"]);
    if (asked.status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, TRY_MS));
  }
  throw new Error("PostgreSQL did not start");
}

declare module "vitest" {
  interface ProvidedContext {
    /** Of a database where databases may be made; only in the project "postgres". */
    postgresUrl: string | undefined;
  }
}
