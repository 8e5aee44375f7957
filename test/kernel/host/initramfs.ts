import { chmod, copyFile, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.ts";
import type { Kernel } from "./debian.ts";

const INIT = fileURLToPath(new URL("../guest/init.sh", import.meta.url));
const BUSYBOX = "/bin/busybox";
const LIMIT_MS = 60_000;

/** What is not built into Debian's kernel: the host's files, /dev/i2c-N, a watchdog. modprobe finds what these need. */
const MODULES = ["9p", "9pnet_virtio", "overlay", "i2c-dev", "softdog"] as const;

/** Packs busybox, the init script and the modules for `kernel` into `folder`; returns the archive. */
export async function packInitramfs(kernel: Kernel, bedModule: string, folder: string): Promise<string> {
  const root = join(folder, "root");
  await rm(root, { recursive: true, force: true });
  const modules = join(root, "lib/modules", kernel.release);
  for (const each of ["bin", "proc", "sys", "dev", "host", "layer", "new"]) {
    await mkdir(join(root, each), { recursive: true });
  }
  await mkdir(modules, { recursive: true });
  await copyFile(BUSYBOX, join(root, "bin/busybox"));
  await copyFile(INIT, join(root, "init"));
  await chmod(join(root, "init"), 0o755);
  for (const list of ["modules.builtin", "modules.builtin.modinfo", "modules.order"]) {
    await copyFile(join(kernel.modules, list), join(modules, list));
  }
  for (const file of await neededModules(kernel)) await cp(file, join(modules, basename(file)));
  for (const file of await readdir(modules)) {
    if (file.endsWith(".xz")) await command("xz", ["-d", join(modules, file)], { limitMs: LIMIT_MS });
  }
  await copyFile(bedModule, join(modules, basename(bedModule)));
  await command("depmod", ["-b", root, kernel.release], { limitMs: LIMIT_MS });
  const archive = join(folder, "initramfs.gz");
  const pack = join(folder, "pack.sh");
  await writeFile(pack, 'cd "$1" && find . | cpio -o -H newc --quiet | gzip -1 > "$2"\n');
  await command("sh", [pack, root, archive], { limitMs: LIMIT_MS });
  return archive;
}

/** Files of the modules and of all that they need, from Debian's own lists. */
async function neededModules(kernel: Kernel): Promise<string[]> {
  const base = join(kernel.modules, "../../..");
  await command("depmod", ["-b", base, kernel.release], { limitMs: LIMIT_MS });
  const parameters = ["-d", base, "-S", kernel.release, "--show-depends", "-a", ...MODULES];
  const shown = await command("modprobe", parameters, { limitMs: LIMIT_MS });
  return [...new Set([...shown.matchAll(/^insmod (\S+)/gm)].map((match) => match[1] ?? ""))];
}
