import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { buildAddons } from "../../../systemd/addons.ts";
import { fromDebian } from "./debian.ts";
import { packInitramfs } from "./initramfs.ts";
import { buildModule } from "./module.ts";
import { runVirtualMachine, type VirtualMachineResult } from "./vm.ts";

/** A kernel with the bench's module, ready to be booted as often as wanted. */
export interface Bed {
  /** `6.12.117+deb12-amd64` */
  readonly release: string;
  /** Where each machine's folder of results is. */
  readonly folder: string;
  /** Boots a machine that runs these shell commands, and waits for its end. */
  run(machine: BedRun): Promise<VirtualMachineResult>;
  /** Removes the folder. */
  clear(): Promise<void>;
}

export interface BedRun {
  readonly script: string;
  /** It is ended after this long, whatever it does. */
  readonly limitMs: number;
  readonly onLine: (line: string) => void;
}

/** Why the bed cannot be on this machine; null where it can. */
export function obstacleToBed(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64") return "it needs Debian on x86-64";
  return process.getuid?.() === 0
    ? null
    : "it needs root, to install packages and to share this machine's files";
}

/** Installs and builds what is missing. Rejects with what apt or a compiler complains of, or with the obstacle. */
export async function prepareBed(): Promise<Bed> {
  const obstacle = obstacleToBed();
  if (obstacle !== null) throw new Error(`the kernel bed cannot run here: ${obstacle}`);
  await buildAddons();
  const cache = join(envPaths("punchbox", { suffix: "" }).cache, "kernel-bed");
  await mkdir(cache, { recursive: true });
  const kernel = await fromDebian(cache);
  const folder = await mkdtemp(join(cache, "run-"));
  const clear = (): Promise<void> => rm(folder, { recursive: true });
  try {
    const initramfs = await packInitramfs(kernel, await buildModule(kernel, join(folder, "module")), folder);
    return {
      release: kernel.release,
      folder,
      run: (machine) => runVirtualMachine({ ...machine, image: kernel.image, initramfs, folder }),
      clear,
    };
  } catch (error) {
    await clear();
    throw error;
  }
}
