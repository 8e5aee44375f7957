import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../../kernel/host/command.ts";

/** A disk that loses what was not synced: the file system of lossyfs/, built, mounted, and told what to do. */

const SOURCE = fileURLToPath(new URL("../lossyfs/lossyfs.c", import.meta.url));
const BUILD_LIMIT_MS = 60_000;
const MOUNT_LIMIT_MS = 10_000;

/** Why there can be none here; null where there can. */
export async function obstacleToLossyDisk(): Promise<string | null> {
  if (process.platform !== "linux") return "it needs Linux";
  if (!existsSync("/dev/fuse")) return "there is no /dev/fuse";
  try {
    await command("pkg-config", ["--exists", "fuse3"], { limitMs: MOUNT_LIMIT_MS });
    await command("cc", ["--version"], { limitMs: MOUNT_LIMIT_MS });
    await command("fusermount3", ["--version"], { limitMs: MOUNT_LIMIT_MS });
    return null;
  } catch {
    return "it needs FUSE and a compiler; on Debian: apt install fuse3 libfuse3-dev pkg-config gcc";
  }
}

/** Compiles the file system into `folder` and returns its program. Rejects with what the compiler complained of. */
export async function buildLossyfs(folder: string): Promise<string> {
  const flags = await command("pkg-config", ["--cflags", "--libs", "fuse3"], { limitMs: MOUNT_LIMIT_MS });
  const program = join(folder, "lossyfs");
  await command("cc", ["-O2", "-Wall", "-o", program, SOURCE, ...flags.trim().split(/\s+/)], {
    limitMs: BUILD_LIMIT_MS,
  });
  return program;
}

export interface DiskCounts {
  readonly writes: number;
  readonly syncs: number;
  /** Of both, how many were made to fail. */
  readonly failed: number;
}

export type DiskFault = "write" | "sync";

/** One mounted disk. */
export class LossyDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Where what was synced is, and nothing else: what a power cut at this moment would leave. */
  readonly durable: string;

  private constructor(folder: string, durable: string) {
    this.folder = folder;
    this.durable = durable;
  }

  /** Mounts a new, empty disk below `parent`. */
  static async mount(program: string, parent: string): Promise<LossyDisk> {
    const disk = new LossyDisk(join(parent, "mounted"), join(parent, "durable"));
    mkdirSync(disk.folder, { recursive: true, mode: 0o700 });
    mkdirSync(disk.durable, { recursive: true, mode: 0o700 });
    await command(program, [disk.durable, disk.folder], { limitMs: MOUNT_LIMIT_MS });
    return disk;
  }

  /** Whatever still has files open there keeps what it has, and nobody else comes in. */
  async unmount(): Promise<void> {
    await command("fusermount3", ["-u", "-z", this.folder], { limitMs: MOUNT_LIMIT_MS });
  }

  /** The power goes and comes back. Of what was not synced the seed says which sectors survive; 0: none. */
  cut(seed: number): void {
    this.#order(`cut ${seed}`);
  }

  /** The Nth write or sync from now on fails, once; `nth` 0 takes that back. */
  failNext(fault: DiskFault, nth: number, errno: number): void {
    this.#order(`fail ${fault} ${nth} ${errno}`);
  }

  /** Every write and sync fails from now on; null mends it. */
  break(errno: number | null): void {
    this.#order(`broken ${errno ?? 0}`);
  }

  /** Files may have so many bytes together; null for as many as there is room for. */
  limit(bytes: number | null): void {
    this.#order(`full ${bytes ?? 0}`);
  }

  /** Every sync takes so much longer from now on. */
  stall(ms: number): void {
    this.#order(`stall ${ms}`);
  }

  /** Whether a sync stalls at this moment. */
  get isStalling(): boolean {
    return !readFileSync(this.#control, "utf8").includes("stalling 0\n");
  }

  counts(): DiskCounts {
    const text = readFileSync(this.#control, "utf8");
    const [writes, syncs, failed] = [...text.matchAll(/\d+/g)].map(Number);
    if (writes === undefined || syncs === undefined || failed === undefined) {
      throw new Error(`a lossy disk told ${text}`);
    }
    return { writes, syncs, failed };
  }

  /** Bytes of all files together, as programs see them. */
  bytes(): number {
    return readdirSync(this.folder)
      .map((name) => statSync(join(this.folder, name)).size)
      .reduce((sum, size) => sum + size, 0);
  }

  /**
   * Copies what programs see, or only what is durable, to `target`; for a disk that nobody writes to. Room that a terminal has set
   * apart is left out: there is nothing in it.
   */
  copy(from: "mounted" | "durable", target: string): void {
    cpSync(from === "mounted" ? this.folder : this.durable, target, {
      recursive: true,
      filter: (path) => !path.endsWith(".reserve"),
    });
  }

  get #control(): string {
    return join(this.folder, ".lossyfs");
  }

  #order(text: string): void {
    const file = openSync(this.#control, "r+");
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
  }
}
