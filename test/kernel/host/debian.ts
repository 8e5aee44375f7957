import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";

/** All that the bed takes from Debian: tools, and a kernel with its headers. */

/** Installed where one is missing, with the compiler that the kernel was built with. */
const TOOLS = ["qemu-system-x86", "busybox-static", "cpio", "kmod", "xz-utils", "make"] as const;
/** Newest first; which there are depends on the release. The version comes from the package that they stand for. */
const KERNEL_METAPACKAGES = ["linux-image-6.12-amd64", "linux-image-amd64"] as const;
const APT_LIMIT_MS = 180_000;
const QUICK_LIMIT_MS = 30_000;

export interface Kernel {
  /** `6.12.117+deb12-amd64`: as `uname -r` says. */
  readonly release: string;
  readonly image: string;
  /** The folder `lib/modules/RELEASE` of the package. */
  readonly modules: string;
  readonly headers: string;
}

/**
 * Installs tools, and unpacks the kernel and its headers into a folder of `cache` that has their version in its name. Nothing
 * is downloaded that is there already. Rejects with apt's complaint.
 */
export async function fromDebian(cache: string): Promise<Kernel> {
  try {
    return await provide(cache);
  } catch {
    // The lists of packages are missing or too old to download by; once they are new, what fails is told.
    await apt(["update"]);
    return provide(cache);
  }
}

async function provide(cache: string): Promise<Kernel> {
  const release = await newestRelease();
  const headersPackage = `linux-headers-${release}`;
  const headersNeed = await depends(headersPackage);
  const compiler = headersNeed.filter((name) => /^gcc-\d+$/.test(name));
  const missing = await notInstalled([...TOOLS, ...compiler]);
  if (missing.length > 0) await apt(["install", "-y", "--no-install-recommends", ...missing]);
  const folder = join(cache, release);
  if (!existsSync(folder)) {
    const parts = headersNeed.filter((name) => /^linux-(headers|kbuild)-/.test(name));
    await unpack([`linux-image-${release}`, headersPackage, ...parts], folder, headersPackage);
  }
  return {
    release,
    image: join(folder, "boot", `vmlinuz-${release}`),
    modules: join(folder, "lib/modules", release),
    headers: join(folder, "usr/src", headersPackage),
  };
}

async function newestRelease(): Promise<string> {
  for (const metapackage of KERNEL_METAPACKAGES) {
    const image = (await depends(metapackage)).find((name) => name.startsWith("linux-image-"));
    if (image !== undefined) return image.slice("linux-image-".length);
  }
  throw new Error(
    `no kernel among Debian's packages (${KERNEL_METAPACKAGES.join(", ")}); is this Debian on amd64?`,
  );
}

/** Names of the packages that one depends on; none where it is not known. */
async function depends(name: string): Promise<string[]> {
  const shown = await command("apt-cache", ["depends", name], { limitMs: QUICK_LIMIT_MS }).catch(() => "");
  return [...shown.matchAll(/^ +Depends: ([^\s<]+)/gm)].map((match) => match[1] ?? "");
}

async function notInstalled(packages: readonly string[]): Promise<string[]> {
  const known = await command("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n"], {
    limitMs: QUICK_LIMIT_MS,
  });
  const installed = new Set(known.split("\n").filter((line) => line.endsWith(" installed")));
  return packages.filter((each) => !installed.has(`${each} installed`));
}

/**
 * Unpacked and not installed: an installed kernel becomes what this machine boots, and headers bring one along. The headers'
 * makefile names the folder that they expect to be in.
 */
async function unpack(packages: readonly string[], folder: string, headersPackage: string): Promise<void> {
  const half = `${folder}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  await apt(["download", ...packages], half);
  for (const archive of (await readdir(half)).filter((file) => file.endsWith(".deb"))) {
    await command("dpkg-deb", ["-x", join(half, archive), half], { limitMs: QUICK_LIMIT_MS });
    await rm(join(half, archive));
  }
  const makefile = join(half, "usr/src", headersPackage, "Makefile");
  const text = await readFile(makefile, "utf8");
  await writeFile(makefile, text.replace(/^include \/usr\/src\//m, `include ${folder}/usr/src/`));
  await rename(half, folder);
}

async function apt(parameters: readonly string[], cwd?: string): Promise<void> {
  await command("apt-get", ["-qq", ...parameters], {
    limitMs: APT_LIMIT_MS,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    ...(cwd === undefined ? {} : { cwd }),
  });
}
